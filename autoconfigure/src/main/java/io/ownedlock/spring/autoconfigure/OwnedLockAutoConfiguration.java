package io.ownedlock.spring.autoconfigure;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.LockRegistryCustomizer;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.aop.OwnedLockAdvisor;
import io.ownedlock.spring.observe.IncidentLog;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockSettings;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration for a {@link LockRegistry} and {@link OwnedLock}.
 *
 * <p>A registry made by the application replaces this one, with all that is said about it in the properties; it should be given the
 * {@link LockListener} beans then, or logs, health and meters miss what happens. To change only a part of it, see
 * {@link LockRegistryCustomizer}. A listener is made before the registry: one that needs it asks an {@link ObjectProvider} for it,
 * late.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "owned-lock.enabled", matchIfMissing = true)
@EnableConfigurationProperties(OwnedLockProperties.class)
@Import(OwnedLockAutoConfiguration.ProxyCreator.class)
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
                .maxKeys(properties.registry().maxKeys());
        properties.locks().forEach((name, lock) -> builder.settings(name, lock.over(defaults)));
        listeners.orderedStream().forEach(builder::listener);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    @Bean
    @ConditionalOnMissingBean
    IncidentLog ownedLockIncidentLog() {
        return new IncidentLog();
    }

    /** Static and lazy: the advisor is needed before most beans, and must not make any of them early. */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @ConditionalOnMissingBean
    static OwnedLockAdvisor ownedLockAdvisor(ObjectProvider<LockRegistry> registry, Environment environment) {
        return new OwnedLockAdvisor(
                SingletonSupplier.of(registry::getObject)::obtain, environment::resolveRequiredPlaceholders);
    }

    /**
     * Sees that there are proxies, as Spring's own {@code @Enable...} annotations do. Boot does it too, but not everywhere: without
     * AspectJ and with {@code spring.aop.proxy-target-class=false} methods would run without their lock, and nobody would know.
     */
    static final class ProxyCreator implements ImportBeanDefinitionRegistrar {

        @Override
        public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
            AopConfigUtils.registerAutoProxyCreatorIfNecessary(registry);
        }
    }
}
