package io.ownedlock.spring.autoconfigure;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.observe.Incidents;
import io.ownedlock.spring.observe.OwnedLocksHealthIndicator;
import io.ownedlock.spring.watchdog.WatchdogLifecycle;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Auto-configuration for the health of the locks. */
@AutoConfiguration(after = OwnedLockWatchdogAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(OwnedLockAutoConfiguration.class)
@ConditionalOnEnabledHealthIndicator("ownedlocks")
@Import(IncidentsConfiguration.class)
public final class OwnedLockHealthAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = {"ownedLocksHealthIndicator", "ownedLocksHealthContributor"})
    OwnedLocksHealthIndicator ownedLocksHealthIndicator(
            LockRegistry registry, Incidents incidents, ObjectProvider<WatchdogLifecycle> watchdog) {
        return new OwnedLocksHealthIndicator(registry, incidents, watchdog.getIfAvailable());
    }
}
