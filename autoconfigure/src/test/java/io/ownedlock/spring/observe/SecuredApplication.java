package io.ownedlock.spring.observe;

import io.ownedlock.spring.LockEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/**
 * An application whose endpoints want a user by HTTP basic, or let everybody in with {@code test.open}. A locksmith has the role of
 * one, ops only an authority, a visitor neither.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class SecuredApplication {

    @Bean
    SecurityFilterChain endpoints(HttpSecurity http, Environment environment) throws Exception {
        boolean open = environment.getProperty("test.open", Boolean.class, false);
        http.securityMatcher(EndpointRequest.toAnyEndpoint());
        http.authorizeHttpRequests(requests -> {
            if (open) {
                requests.anyRequest().permitAll();
            } else {
                requests.anyRequest().authenticated();
            }
        });
        return http.csrf(AbstractHttpConfigurer::disable)
                .httpBasic(Customizer.withDefaults())
                .build();
    }

    @Bean
    UserDetailsService users() {
        return new InMemoryUserDetailsManager(
                user("visitor", "ROLE_VISITOR"), user("locksmith", "ROLE_LOCKSMITH"), user("ops", "ops"));
    }

    private static UserDetails user(String name, String authority) {
        return User.withUsername(name)
                .password("{noop}" + name)
                .authorities(authority)
                .build();
    }

    @Bean
    AuditEventRepository audit() {
        return new InMemoryAuditEventRepository();
    }

    @Bean
    Hearing hearing() {
        return new Hearing();
    }

    static final class Hearing {

        final List<LockEvent> events = new CopyOnWriteArrayList<>();
        volatile @Nullable RuntimeException failure;

        @EventListener
        void hear(LockEvent event) {
            events.add(event);
            if (failure != null) {
                throw failure;
            }
        }
    }
}
