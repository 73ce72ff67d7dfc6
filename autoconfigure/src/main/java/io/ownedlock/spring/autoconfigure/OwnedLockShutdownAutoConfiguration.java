package io.ownedlock.spring.autoconfigure;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.shutdown.ShutdownLifecycle;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for what becomes of those who wait for a lock when the application shuts down. How long they may go on waiting
 * is counted from when the server begins to wait for its requests, or from the first phase where there is none. What executors run is
 * waited for in a later phase, and the time goes on meanwhile. A registry of an application context above this one goes on after it.
 */
@AutoConfiguration(after = {OwnedLockAutoConfiguration.class, LifecycleAutoConfiguration.class})
@ConditionalOnBean(OwnedLockAutoConfiguration.class)
@ConditionalOnSwitch("owned-lock.shutdown.enabled")
public final class OwnedLockShutdownAutoConfiguration {

    /** As {@code WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE}, which is not there without a web server of Boot's. */
    private static final int SERVER_PHASE = SmartLifecycle.DEFAULT_PHASE - 1024;

    @Bean
    @ConditionalOnBean(value = LockRegistry.class, search = SearchStrategy.CURRENT)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @ConditionalOnWebApplication
    ShutdownLifecycle ownedLockShutdown(
            LockRegistry registry, ApplicationContext context, ObjectProvider<LifecycleProperties> properties) {
        return inPhase(SERVER_PHASE, registry, context, properties);
    }

    @Bean("ownedLockShutdown")
    @ConditionalOnBean(value = LockRegistry.class, search = SearchStrategy.CURRENT)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @ConditionalOnNotWebApplication
    ShutdownLifecycle ownedLockShutdownWithoutServer(
            LockRegistry registry, ApplicationContext context, ObjectProvider<LifecycleProperties> properties) {
        return inPhase(SmartLifecycle.DEFAULT_PHASE, registry, context, properties);
    }

    private static ShutdownLifecycle inPhase(
            int phase,
            LockRegistry registry,
            ApplicationContext context,
            ObjectProvider<LifecycleProperties> properties) {
        return new ShutdownLifecycle(
                registry,
                context,
                phase,
                properties.getIfAvailable(LifecycleProperties::new).getTimeoutPerShutdownPhase());
    }
}
