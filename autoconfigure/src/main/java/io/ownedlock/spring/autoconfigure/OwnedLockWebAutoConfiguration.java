package io.ownedlock.spring.autoconfigure;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.autoconfigure.OwnedLockWebProperties.IncludeDetails;
import io.ownedlock.spring.web.LockProblems;
import io.ownedlock.spring.web.RequestNaming;
import io.ownedlock.spring.web.RequestTaskFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Auto-configuration that makes the requests of a servlet application tasks and, with Spring MVC, answers those that failed to get
 * a lock.
 */
@AutoConfiguration(after = OwnedLockAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(Filter.class)
@ConditionalOnBean(LockRegistry.class)
@ConditionalOnBooleanProperty(name = "owned-lock.web.enabled", matchIfMissing = true)
@EnableConfigurationProperties(OwnedLockWebProperties.class)
public final class OwnedLockWebAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "ownedLockRequestFilter")
    FilterRegistrationBean<RequestTaskFilter> ownedLockRequestFilter(OwnedLockWebProperties properties) {
        FilterRegistrationBean<RequestTaskFilter> registration = new FilterRegistrationBean<>(new RequestTaskFilter());
        registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
        registration.setAsyncSupported(true);
        registration.setOrder(properties.filterOrder());
        return registration;
    }

    /** What needs Spring MVC. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebMvcConfigurer.class)
    static class Mvc {

        @Bean
        @ConditionalOnMissingBean
        RequestNaming ownedLockRequestNaming() {
            return new RequestNaming();
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnBooleanProperty(name = "owned-lock.web.problem.enabled", matchIfMissing = true)
        LockProblems ownedLockProblems(OwnedLockWebProperties properties) {
            return new LockProblems(properties.problem().includeDetails() == IncludeDetails.ALWAYS);
        }
    }
}
