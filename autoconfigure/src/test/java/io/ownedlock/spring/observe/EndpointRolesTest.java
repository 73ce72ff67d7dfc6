package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Hold;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.context.TestPropertySource;

/** Who is shown keys, where Spring Security says who asks. */
@SpringBootTest(
        classes = EndpointRolesTest.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.autoconfigure.exclude=${test.without-jetty}",
            "management.endpoints.web.exposure.include=ownedlocks",
            "management.endpoint.ownedlocks.roles=LOCKSMITH, ops"
        })
class EndpointRolesTest {

    private static final String SHOWN = "secret";
    private static final String MASKED = "******";

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    private Hold hold;

    @BeforeEach
    void take() {
        hold = registry.obtain("order", SHOWN).acquire();
    }

    @AfterEach
    void giveBack() {
        hold.close();
    }

    @Test
    void whoIsNotKnownIsTurnedAwayIfTheApplicationSaysSo() throws Exception {
        assertThat(EndpointClient.of(port).send("").statusCode()).isEqualTo(401);
        assertThat(keySeenBy("locksmith")).isEqualTo(SHOWN);
    }

    @Test
    void whoHasNoneOfTheRolesSeesNoKey() throws Exception {
        assertThat(keySeenBy("visitor")).isEqualTo(MASKED);
    }

    @Test
    void whoHasOneOfTheRolesSeesKeys() throws Exception {
        assertThat(keySeenBy("locksmith")).isEqualTo(SHOWN);
    }

    @Test
    void anAuthorityIsAsGoodAsARole() throws Exception {
        assertThat(keySeenBy("ops")).isEqualTo(SHOWN);
    }

    @Nested
    @TestPropertySource(properties = "management.endpoint.ownedlocks.roles=")
    class WithoutRoles {

        @Test
        void whoIsKnownSeesKeys() throws Exception {
            assertThat(keySeenBy("visitor")).isEqualTo(SHOWN);
        }
    }

    @Nested
    @TestPropertySource(properties = "test.open=true")
    class OpenToEverybody {

        @Test
        void whoIsNotKnownIsLetInAndSeesNoKey() throws Exception {
            assertThat(keySeenBy(EndpointClient.of(port))).isEqualTo(MASKED);
            assertThat(keySeenBy("locksmith")).isEqualTo(SHOWN);
        }
    }

    private String keySeenBy(String user) throws Exception {
        return keySeenBy(EndpointClient.of(port).basic(user));
    }

    private static String keySeenBy(EndpointClient client) throws Exception {
        return client.get("?name=order").at("/locks/rows/0/lock/key").asString();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

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
            return http.httpBasic(Customizer.withDefaults()).build();
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
    }
}
