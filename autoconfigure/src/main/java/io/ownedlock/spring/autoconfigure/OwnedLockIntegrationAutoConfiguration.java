package io.ownedlock.spring.autoconfigure;

import io.ownedlock.spring.integration.IntegrationLockRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.integration.support.locks.LockRegistry;

/**
 * Auto-configuration for a registry of Spring Integration's type, where the application has made none. It is for whoever asks for it by
 * its name: were it a default candidate, a starter that brings a registry for a whole cluster would leave it at ours.
 */
@AutoConfiguration(after = OwnedLockAutoConfiguration.class)
@ConditionalOnClass(LockRegistry.class)
@ConditionalOnBean(OwnedLockAutoConfiguration.class)
@ConditionalOnSwitch("owned-lock.integration.enabled")
public final class OwnedLockIntegrationAutoConfiguration {

    private static final String REGISTRY = "ownedLockIntegrationRegistry";

    @Bean(name = REGISTRY, defaultCandidate = false)
    @ConditionalOnMissingBean(value = LockRegistry.class, name = REGISTRY)
    IntegrationLockRegistry ownedLockIntegrationRegistry(
            io.ownedlock.registry.LockRegistry locks, OwnedLockProperties properties) {
        return new IntegrationLockRegistry(locks, properties.integration().name());
    }
}
