package io.ownedlock.spring.autoconfigure;

import io.micrometer.tracing.Tracer;
import io.ownedlock.spring.observe.TraceIds;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/** Auto-configuration for the trace ids of the tasks. */
@AutoConfiguration(
        after = OwnedLockAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration")
@ConditionalOnClass(Tracer.class)
@ConditionalOnBean({OwnedLockAutoConfiguration.class, Tracer.class})
@ConditionalOnSwitch("owned-lock.tracing.enabled")
public final class OwnedLockTracingAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TraceIds ownedLockTraceIds(ObjectProvider<Tracer> tracer) {
        return new TraceIds(SingletonSupplier.of(tracer::getObject));
    }
}
