package io.ownedlock.spring.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import io.ownedlock.spring.aop.CallObserver;
import io.ownedlock.spring.observe.call.LockCallConvention;
import io.ownedlock.spring.observe.call.LockCallObservations;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/** Auto-configuration for observations of annotated calls. */
@AutoConfiguration(
        after = OwnedLockAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({OwnedLockAutoConfiguration.class, ObservationRegistry.class})
public final class OwnedLockObservationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(CallObserver.class)
    LockCallObservations ownedLockCallObservations(
            ObjectProvider<ObservationRegistry> registry, ObjectProvider<LockCallConvention> convention) {
        return new LockCallObservations(
                SingletonSupplier.of(registry::getObject), SingletonSupplier.ofNullable(convention::getIfAvailable));
    }
}
