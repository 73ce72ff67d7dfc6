package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.spring.web.CallableTasks;
import io.ownedlock.spring.web.LockProblemFilter;
import io.ownedlock.spring.web.LockProblems;
import io.ownedlock.spring.web.RequestNaming;
import io.ownedlock.spring.web.RequestTaskFilter;
import jakarta.servlet.Filter;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
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
            assertThat(context)
                    .hasSingleBean(RequestNaming.class)
                    .hasSingleBean(CallableTasks.class)
                    .hasSingleBean(LockProblems.class);
        });
    }

    @Test
    void theOrderIsAPropertyAndProblemsComeNextWithin() {
        runner.run(context -> assertThat(order(context, "ownedLockProblemFilter"))
                .isEqualTo(order(context, "ownedLockRequestFilter") + 1));
        runner.withPropertyValues("owned-lock.web.filter-order=7").run(context -> {
            assertThat(order(context, "ownedLockRequestFilter")).isEqualTo(7);
            assertThat(order(context, "ownedLockProblemFilter")).isEqualTo(8);
        });
        runner.withPropertyValues("owned-lock.web.filter-order=" + Ordered.LOWEST_PRECEDENCE)
                .run(context ->
                        assertThat(order(context, "ownedLockProblemFilter")).isEqualTo(Ordered.LOWEST_PRECEDENCE));
    }

    private static int order(ApplicationContext context, String filter) {
        return context.getBean(filter, FilterRegistrationBean.class).getOrder();
    }

    @Test
    void problemsCanBeTurnedOff() {
        runner.withPropertyValues("owned-lock.web.problem.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(LockProblems.class)
                        .doesNotHaveBean("ownedLockProblemFilter")
                        .hasSingleBean(RequestNaming.class));
    }

    @Test
    void allOfItCanBeTurnedOff() {
        for (String property : new String[] {"owned-lock.web.enabled=false", "owned-lock.enabled=false"}) {
            runner.withPropertyValues(property)
                    .run(context -> assertThat(context)
                            .doesNotHaveBean("ownedLockRequestFilter")
                            .doesNotHaveBean("ownedLockProblemFilter")
                            .doesNotHaveBean(RequestNaming.class)
                            .doesNotHaveBean(CallableTasks.class)
                            .doesNotHaveBean(LockProblems.class));
        }
    }

    @Test
    void theApplicationsOwnBeansWin() {
        runner.withUserConfiguration(Own.class).run(context -> {
            assertThat(order(context, "ownedLockRequestFilter")).isEqualTo(42);
            assertThat(order(context, "ownedLockProblemFilter")).isEqualTo(43);
            assertThat(context).getBean(RequestNaming.class).isSameAs(context.getBean("naming"));
            assertThat(context).getBean(CallableTasks.class).isSameAs(context.getBean("callables"));
            assertThat(context).getBean(LockProblems.class).isSameAs(context.getBean("problems"));
        });
    }

    @Test
    void withoutSpringMvcRequestsAreTasksAndAnsweredAllTheSame() {
        runner.withClassLoader(new FilteredClassLoader(WebMvcConfigurer.class))
                .run(context -> assertThat(context)
                        .hasBean("ownedLockRequestFilter")
                        .hasBean("ownedLockProblemFilter")
                        .doesNotHaveBean("ownedLockRequestNaming")
                        .doesNotHaveBean("ownedLockCallableTasks"));
    }

    @Test
    void anApplicationWithoutServletsGetsNothing() {
        new ApplicationContextRunner()
                .withConfiguration(OURS)
                .run(context -> assertThat(context).doesNotHaveBean(OwnedLockWebAutoConfiguration.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class Own {

        @Bean
        FilterRegistrationBean<RequestTaskFilter> ownedLockRequestFilter() {
            return registration(new RequestTaskFilter(), 42);
        }

        @Bean
        FilterRegistrationBean<LockProblemFilter> ownedLockProblemFilter(LockProblems problems) {
            return registration(new LockProblemFilter(problems), 43);
        }

        @Bean
        RequestNaming naming() {
            return new RequestNaming();
        }

        @Bean
        CallableTasks callables() {
            return new CallableTasks();
        }

        @Bean
        LockProblems problems() {
            return new LockProblems(new LockProblems.Style(false, Duration.ZERO, URI.create("urn:own:")));
        }

        private static <T extends Filter> FilterRegistrationBean<T> registration(T filter, int order) {
            FilterRegistrationBean<T> registration = new FilterRegistrationBean<>(filter);
            registration.setOrder(order);
            return registration;
        }
    }
}
