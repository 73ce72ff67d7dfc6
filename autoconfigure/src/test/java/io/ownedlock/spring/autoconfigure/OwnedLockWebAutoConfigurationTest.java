package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.spring.web.LockProblems;
import io.ownedlock.spring.web.RequestNaming;
import io.ownedlock.spring.web.RequestTaskFilter;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

class OwnedLockWebAutoConfigurationTest {

    private static final AutoConfigurations OURS =
            AutoConfigurations.of(OwnedLockAutoConfiguration.class, OwnedLockWebAutoConfiguration.class);

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner().withConfiguration(OURS);

    @Test
    void theFilterComesBeforeSessionsAndSecurity() {
        runner.run(context -> {
            FilterRegistrationBean<?> registration =
                    context.getBean("ownedLockRequestFilter", FilterRegistrationBean.class);
            assertThat(registration.getFilter()).isInstanceOf(RequestTaskFilter.class);
            assertThat(registration.getOrder()).isEqualTo(Ordered.HIGHEST_PRECEDENCE + 10);
            assertThat(registration.isAsyncSupported()).isTrue();
            assertThat(context).hasSingleBean(RequestNaming.class).hasSingleBean(LockProblems.class);
        });
    }

    @Test
    void theOrderIsAProperty() {
        runner.withPropertyValues("owned-lock.web.filter-order=7")
                .run(context -> assertThat(
                                context.getBean(FilterRegistrationBean.class).getOrder())
                        .isEqualTo(7));
    }

    @Test
    void problemsCanBeTurnedOff() {
        runner.withPropertyValues("owned-lock.web.problem.enabled=false")
                .run(context ->
                        assertThat(context).doesNotHaveBean(LockProblems.class).hasSingleBean(RequestNaming.class));
    }

    @Test
    void allOfItCanBeTurnedOff() {
        for (String property : new String[] {"owned-lock.web.enabled=false", "owned-lock.enabled=false"}) {
            runner.withPropertyValues(property)
                    .run(context -> assertThat(context)
                            .doesNotHaveBean("ownedLockRequestFilter")
                            .doesNotHaveBean(RequestNaming.class)
                            .doesNotHaveBean(LockProblems.class));
        }
    }

    @Test
    void theApplicationsOwnFilterWins() {
        runner.withUserConfiguration(OwnFilter.class)
                .run(context -> assertThat(
                                context.getBean(FilterRegistrationBean.class).getOrder())
                        .isEqualTo(42));
    }

    @Test
    void withoutSpringMvcRequestsAreTasksAllTheSame() {
        runner.withClassLoader(new FilteredClassLoader(WebMvcConfigurer.class))
                .run(context ->
                        assertThat(context).hasBean("ownedLockRequestFilter").doesNotHaveBean(LockProblems.class));
    }

    @Test
    void anApplicationWithoutServletsGetsNothing() {
        new ApplicationContextRunner()
                .withConfiguration(OURS)
                .run(context -> assertThat(context).doesNotHaveBean(OwnedLockWebAutoConfiguration.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFilter {

        @Bean
        FilterRegistrationBean<RequestTaskFilter> ownedLockRequestFilter() {
            FilterRegistrationBean<RequestTaskFilter> registration =
                    new FilterRegistrationBean<>(new RequestTaskFilter());
            registration.setOrder(42);
            return registration;
        }
    }
}
