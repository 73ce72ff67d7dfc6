package io.ownedlock.spring.autoconfigure;

import io.ownedlock.spring.task.AsyncRunAdvisor;
import io.ownedlock.spring.task.RunDecorator;
import io.ownedlock.spring.task.RunnerTasks;
import io.ownedlock.spring.task.ScheduledRuns;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.Ordered;
import org.springframework.scheduling.config.TaskManagementConfigUtils;

/**
 * Auto-configuration that makes tasks of what runs beside the requests: asynchronous calls, scheduled runs, and what runs when the
 * application has started. What does so works on the beans of its own application context; only the decorator is found by executors of those beneath.
 *
 * <p>As late as possible: whether anything is asynchronous may be said by other auto-configurations, and those that make a decorator
 * unless there is one are not to find ours.
 */
@AutoConfiguration(after = OwnedLockAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnBean(OwnedLockAutoConfiguration.class)
@EnableConfigurationProperties(OwnedLockTaskProperties.class)
public final class OwnedLockTaskAutoConfiguration {

    private static final String ASYNC = "owned-lock.tasks.async";

    /** A fallback: an application that has a decorator of its own and asks for "the" decorator means that. */
    @Bean
    @Fallback
    @ConditionalOnMissingBean(value = RunDecorator.class, name = "ownedLockTaskDecorator")
    @ConditionalOnSwitch(ASYNC)
    RunDecorator ownedLockTaskDecorator() {
        return new RunDecorator();
    }

    /** Only where {@code @Async} means something: otherwise such a method is a part of what calls it. */
    @Bean
    @ConditionalOnMissingBean(
            value = AsyncRunAdvisor.class,
            name = "ownedLockAsyncAdvisor",
            search = SearchStrategy.CURRENT)
    @ConditionalOnBean(
            name = TaskManagementConfigUtils.ASYNC_ANNOTATION_PROCESSOR_BEAN_NAME,
            search = SearchStrategy.CURRENT)
    @ConditionalOnSwitch(ASYNC)
    static AsyncRunAdvisor ownedLockAsyncAdvisor() {
        return new AsyncRunAdvisor();
    }

    @Bean
    @ConditionalOnMissingBean(
            value = ScheduledRuns.class,
            name = "ownedLockScheduledRuns",
            search = SearchStrategy.CURRENT)
    @ConditionalOnSwitch("owned-lock.tasks.scheduled")
    ScheduledRuns ownedLockScheduledRuns() {
        return new ScheduledRuns();
    }

    @Bean
    @ConditionalOnMissingBean(value = RunnerTasks.class, name = "ownedLockRunnerTasks", search = SearchStrategy.CURRENT)
    @ConditionalOnSwitch("owned-lock.tasks.runners")
    static RunnerTasks ownedLockRunnerTasks() {
        return new RunnerTasks();
    }
}
