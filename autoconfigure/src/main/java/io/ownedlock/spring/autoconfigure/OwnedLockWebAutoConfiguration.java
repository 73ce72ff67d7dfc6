package io.ownedlock.spring.autoconfigure;

import io.ownedlock.spring.web.CallableTasks;
import io.ownedlock.spring.web.LockProblemFilter;
import io.ownedlock.spring.web.LockProblems;
import io.ownedlock.spring.web.RequestNaming;
import io.ownedlock.spring.web.RequestTaskFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Auto-configuration that makes the requests of a servlet application tasks, and answers those that failed to get a lock.
 */
@AutoConfiguration(after = OwnedLockAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(Filter.class)
@ConditionalOnBean(OwnedLockAutoConfiguration.class)
@ConditionalOnSwitch("owned-lock.web.enabled")
@EnableConfigurationProperties(OwnedLockWebProperties.class)
public final class OwnedLockWebAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "ownedLockRequestFilter")
    FilterRegistrationBean<RequestTaskFilter> ownedLockRequestFilter(OwnedLockWebProperties properties) {
        FilterRegistrationBean<RequestTaskFilter> registration =
                new FilterRegistrationBean<>(new RequestTaskFilter(properties.excluded()));
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
        CallableTasks ownedLockCallableTasks() {
            return new CallableTasks();
        }
    }

    /** The answers. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSwitch("owned-lock.web.problem.enabled")
    static class Problems {

        @Bean
        @ConditionalOnMissingBean
        LockProblems ownedLockProblems(OwnedLockWebProperties properties) {
            return new LockProblems(properties.problem().style());
        }

        /** Next within the requests' tasks. */
        @Bean
        @ConditionalOnMissingBean(name = "ownedLockProblemFilter")
        FilterRegistrationBean<LockProblemFilter> ownedLockProblemFilter(
                LockProblems problems, OwnedLockWebProperties properties) {
            FilterRegistrationBean<LockProblemFilter> registration =
                    new FilterRegistrationBean<>(new LockProblemFilter(problems));
            registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
            registration.setAsyncSupported(true);
            registration.setOrder(Math.max(properties.filterOrder(), properties.filterOrder() + 1));
            return registration;
        }
    }
}
