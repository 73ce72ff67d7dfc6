package io.ownedlock.spring.autoconfigure;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.observe.Incidents;
import io.ownedlock.spring.observe.LockEvents;
import io.ownedlock.spring.observe.OwnedLocksEndpoint;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Auto-configuration for the endpoint of the locks. */
@AutoConfiguration(after = OwnedLockAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(OwnedLockAutoConfiguration.class)
@ConditionalOnAvailableEndpoint(OwnedLocksEndpoint.class)
@EnableConfigurationProperties({OwnedLockEndpointProperties.class, OwnedLockEndpointRoles.class})
@Import(IncidentsConfiguration.class)
public final class OwnedLockEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    OwnedLocksEndpoint ownedLocksEndpoint(
            LockRegistry registry,
            Incidents incidents,
            OwnedLockEndpointProperties properties,
            OwnedLockEndpointRoles roles,
            ApplicationEventPublisher publisher,
            ObjectProvider<LockEvents> events) {
        return new OwnedLocksEndpoint(
                registry, incidents, properties.exposeKeys(), roles.roles(), publisher, events.getIfAvailable());
    }
}
