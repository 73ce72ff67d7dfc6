package io.ownedlock.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.observe.LockMetrics;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration for the meters of the locks. */
@AutoConfiguration(
        after = OwnedLockAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({OwnedLockAutoConfiguration.class, MeterRegistry.class})
public final class OwnedLockMetricsAutoConfiguration {

    /** Part of the lock registry, which is therefore asked for late. */
    @Bean
    @ConditionalOnMissingBean
    LockMetrics ownedLockMetrics(ObjectProvider<LockRegistry> registry) {
        return new LockMetrics(registry::getObject);
    }
}
