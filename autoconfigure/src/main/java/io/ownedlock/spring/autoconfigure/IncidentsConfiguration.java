package io.ownedlock.spring.autoconfigure;

import io.ownedlock.spring.observe.Incidents;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the health and the endpoint both tell of. */
@Configuration(proxyBeanMethods = false)
class IncidentsConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Incidents ownedLockIncidents() {
        return new Incidents();
    }
}
