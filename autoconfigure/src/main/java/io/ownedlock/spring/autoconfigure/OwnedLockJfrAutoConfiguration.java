package io.ownedlock.spring.autoconfigure;

import io.ownedlock.spring.observe.jfr.LockFlightRecorder;
import jdk.jfr.Event;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration for the locks' events in the JDK's Flight Recorder, which a small runtime may do without. */
@AutoConfiguration(after = OwnedLockAutoConfiguration.class)
@ConditionalOnClass(Event.class)
@ConditionalOnBean(OwnedLockAutoConfiguration.class)
@ConditionalOnSwitch("owned-lock.jfr.enabled")
public final class OwnedLockJfrAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    LockFlightRecorder ownedLockFlightRecorder() {
        return new LockFlightRecorder();
    }
}
