package io.ownedlock.spring.autoconfigure;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.watchdog.WatchdogLifecycle;
import io.ownedlock.time.Ticker;
import io.ownedlock.watchdog.Watchdog;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration for the watchdog, on a thread of its own. */
@AutoConfiguration(after = OwnedLockAutoConfiguration.class)
@ConditionalOnBean(OwnedLockAutoConfiguration.class)
@ConditionalOnSwitch("owned-lock.watchdog.enabled")
public final class OwnedLockWatchdogAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    WatchdogLifecycle ownedLockWatchdog(LockRegistry registry, OwnedLockProperties properties) {
        return new WatchdogLifecycle(
                new Watchdog(Ticker.system(), registry.guards()),
                properties.watchdog().interval());
    }
}
