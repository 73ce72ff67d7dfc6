package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ThreadLocalAccessor;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.task.AsyncRunAdvisor;
import io.ownedlock.spring.task.RunDecorator;
import io.ownedlock.spring.task.RunnerTasks;
import io.ownedlock.spring.task.ScheduledRuns;
import io.ownedlock.task.Task;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.SchedulingConfigurer;

class OwnedLockTaskAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(OwnedLockAutoConfiguration.class, OwnedLockTaskAutoConfiguration.class));

    @Test
    void thereIsOneOfEach() {
        runner.withUserConfiguration(Asynchronous.class)
                .run(context -> assertThat(context)
                        .hasBean("ownedLockTaskDecorator")
                        .hasSingleBean(RunDecorator.class)
                        .hasSingleBean(AsyncRunAdvisor.class)
                        .hasSingleBean(ScheduledRuns.class)
                        .hasSingleBean(RunnerTasks.class));
    }

    @Test
    void whereNothingIsAsynchronousNoMethodIsMadeATask() {
        runner.run(context ->
                assertThat(context).hasSingleBean(RunDecorator.class).doesNotHaveBean(AsyncRunAdvisor.class));
    }

    @Test
    void eachIsReplacedByTheApplicationsOwn() {
        runner.withUserConfiguration(Asynchronous.class)
                .withBean("myDecorator", RunDecorator.class, RunDecorator::new)
                .withBean("myAdvisor", AsyncRunAdvisor.class, AsyncRunAdvisor::new)
                .withBean("myScheduled", ScheduledRuns.class, ScheduledRuns::new)
                .withBean("myRunners", RunnerTasks.class, RunnerTasks::new)
                .run(context -> assertThat(context)
                        .doesNotHaveBean("ownedLockTaskDecorator")
                        .doesNotHaveBean("ownedLockAsyncAdvisor")
                        .doesNotHaveBean("ownedLockScheduledRuns")
                        .doesNotHaveBean("ownedLockRunnerTasks"));
    }

    @Test
    void anAdvisorOfTheApplicationsOwnNamesTheRunsWithoutBeingToldItsRole() {
        runner.withUserConfiguration(Asynchronous.class)
                .withBean("myAdvisor", AsyncRunAdvisor.class, AsyncRunAdvisor::new)
                .withBean(Work.class)
                .run(context ->
                        assertThat(context.getBean(Work.class).name().get()).endsWith("Work.name"));
    }

    static class Work {

        @Async
        CompletableFuture<String> name() {
            return CompletableFuture.completedFuture(Task.current().info().name());
        }
    }

    /** Other starters are no later than ours by their names alone. */
    @Test
    void whatAnotherAutoConfigurationSaysLaterCounts() {
        TaskDecorator own = Later.DECORATOR;
        runner.withConfiguration(AutoConfigurations.of(Later.class))
                .run(context -> assertThat(context)
                        .hasSingleBean(AsyncRunAdvisor.class)
                        .hasSingleBean(RunDecorator.class)
                        .getBean("later")
                        .isSameAs(own));
    }

    @AutoConfiguration
    @EnableAsync
    static class Later {

        static final TaskDecorator DECORATOR = work -> work;

        @Bean
        @ConditionalOnMissingBean
        TaskDecorator later() {
            return DECORATOR;
        }
    }

    @Test
    void orByWhatHasItsName() {
        TaskDecorator none = work -> work;
        SchedulingConfigurer nothing = registrar -> {};
        runner.withBean("ownedLockTaskDecorator", TaskDecorator.class, () -> none)
                .withBean("ownedLockScheduledRuns", SchedulingConfigurer.class, () -> nothing)
                .run(context -> {
                    assertThat(context.getBean(TaskDecorator.class)).isSameAs(none);
                    assertThat(context.getBean(SchedulingConfigurer.class)).isSameAs(nothing);
                });
    }

    @Test
    void whoAsksForTheDecoratorIsGivenTheApplicationsOwn() {
        TaskDecorator own = work -> work;
        runner.withBean("own", TaskDecorator.class, () -> own).run(context -> {
            assertThat(context.getBean(TaskDecorator.class)).isSameAs(own);
            assertThat(context.getBeanProvider(TaskDecorator.class).stream()).hasSize(2);
        });
    }

    @Test
    void eachCanBeSwitchedOff() {
        ApplicationContextRunner asynchronous = runner.withUserConfiguration(Asynchronous.class);
        asynchronous
                .withPropertyValues("owned-lock.tasks.async=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(RunDecorator.class)
                        .doesNotHaveBean(AsyncRunAdvisor.class)
                        .hasSingleBean(ScheduledRuns.class)
                        .hasSingleBean(RunnerTasks.class));
        asynchronous
                .withPropertyValues("owned-lock.tasks.scheduled=false")
                .run(context ->
                        assertThat(context).hasSingleBean(RunDecorator.class).doesNotHaveBean(ScheduledRuns.class));
        asynchronous
                .withPropertyValues("owned-lock.tasks.runners=false")
                .run(context ->
                        assertThat(context).hasSingleBean(RunDecorator.class).doesNotHaveBean(RunnerTasks.class));
    }

    @Test
    void withoutOwnedLockThereIsNone() {
        runner.withPropertyValues("owned-lock.enabled=false")
                .withBean(LockRegistry.class, () -> LockRegistry.builder().build())
                .run(context -> assertThat(context).doesNotHaveBean(OwnedLockTaskAutoConfiguration.class));
    }

    @Test
    void itNeedsNoContextPropagation() {
        runner.withClassLoader(new FilteredClassLoader(ThreadLocalAccessor.class))
                .run(context -> assertThat(context).hasSingleBean(RunDecorator.class));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class Asynchronous {}
}
