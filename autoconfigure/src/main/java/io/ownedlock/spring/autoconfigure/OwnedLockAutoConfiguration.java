package io.ownedlock.spring.autoconfigure;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.LockRegistryCustomizer;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.aop.OwnedLockAdvisor;
import io.ownedlock.spring.observe.IncidentLog;
import io.ownedlock.spring.observe.LockEvents;
import io.ownedlock.spring.task.AsyncRunAdvisor;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockSettings;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration for a {@link LockRegistry} and {@link OwnedLock}.
 *
 * <p>A registry made by the application replaces this one, with all that is said about it in the properties; it should be given the
 * {@link LockListener} beans then, or logs, health and meters miss what happens. To change only a part of it, see
 * {@link LockRegistryCustomizer}. A listener is made before the registry: one that needs it asks an {@link ObjectProvider} for it,
 * late.
 *
 * <p>All other auto-configurations of the starter hang on this one and not on a registry: switched off, there is nothing of it, whoever
 * has made a registry.
 */
@AutoConfiguration
@ConditionalOnSwitch("owned-lock.enabled")
@EnableConfigurationProperties(OwnedLockProperties.class)
@Import(AspectConfiguration.class)
public final class OwnedLockAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    LockRegistry ownedLockRegistry(
            OwnedLockProperties properties,
            ObjectProvider<LockListener> listeners,
            ObjectProvider<LockRegistryCustomizer> customizers) {
        LockSettings defaults = properties.defaultSettings();
        LockRegistry.Builder builder = LockRegistry.builder()
                .defaults(defaults)
                .deadlock(properties.deadlock())
                .maxKeys(properties.registry().maxKeys());
        properties.locks().forEach((name, lock) -> builder.settings(name, lock.over(defaults)));
        listeners.orderedStream().forEach(builder::listener);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    /**
     * Says of the advisors that they are infrastructure, of the application's own in place of ours, too: where nothing but Spring's
     * infrastructure is proxied for, the others are passed over, and methods would run without their lock.
     */
    @Bean
    static BeanFactoryPostProcessor ownedLockAdvisorRoles() {
        return beans -> Stream.of(OwnedLockAdvisor.class, AsyncRunAdvisor.class)
                .flatMap(type -> Stream.of(beans.getBeanNamesForType(type, true, false)))
                .filter(beans::containsBeanDefinition)
                .forEach(name -> beans.getBeanDefinition(name).setRole(BeanDefinition.ROLE_INFRASTRUCTURE));
    }

    @Bean
    @ConditionalOnMissingBean
    IncidentLog ownedLockIncidentLog(OwnedLockProperties properties) {
        return new IncidentLog(properties.log().maxPerMinute());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSwitch("owned-lock.events.enabled")
    LockEvents ownedLockEvents(ApplicationEventPublisher publisher) {
        return new LockEvents(publisher);
    }
}
