package io.ownedlock.spring.autoconfigure;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.watchdog.WatchdogLifecycle;
import io.ownedlock.time.Ticker;
import io.ownedlock.watchdog.Watchdog;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnThreading;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.task.SimpleAsyncTaskSchedulerBuilder;
import org.springframework.boot.task.ThreadPoolTaskSchedulerBuilder;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * Auto-configuration for the watchdog, on a scheduler of its own: the only thread of the application's scheduler may itself be
 * waiting for a lock. That scheduler is no default candidate, so the application's own schedulers and executors, those of Boot
 * included, stay what they were.
 */
@AutoConfiguration(after = {OwnedLockAutoConfiguration.class, TaskSchedulingAutoConfiguration.class})
@ConditionalOnBean(OwnedLockAutoConfiguration.class)
@ConditionalOnSwitch("owned-lock.watchdog.enabled")
public final class OwnedLockWatchdogAutoConfiguration {

    private static final String SCHEDULER = "ownedLockTaskScheduler";

    private static final String THREADS = "owned-lock-watchdog-";

    @Bean
    @ConditionalOnMissingBean
    WatchdogLifecycle ownedLockWatchdog(
            LockRegistry registry, @Qualifier(SCHEDULER) TaskScheduler scheduler, OwnedLockProperties properties) {
        return new WatchdogLifecycle(
                new Watchdog(Ticker.system(), registry.guards()),
                scheduler,
                properties.watchdog().interval());
    }

    @Bean(name = SCHEDULER, defaultCandidate = false)
    @ConditionalOnMissingBean(name = SCHEDULER)
    @ConditionalOnThreading(Threading.PLATFORM)
    ThreadPoolTaskScheduler ownedLockTaskScheduler(ObjectProvider<ThreadPoolTaskSchedulerBuilder> builder) {
        // A decorator is for work done on behalf of somebody: the watchdog's is not.
        ThreadPoolTaskScheduler scheduler = builder.getIfAvailable(ThreadPoolTaskSchedulerBuilder::new)
                .poolSize(1)
                .threadNamePrefix(THREADS)
                .taskDecorator(null)
                .build();
        scheduler.setDaemon(true);
        scheduler.setPhase(WatchdogLifecycle.PHASE);
        // Goes on while the server drains: a request may die then, too.
        scheduler.setAcceptTasksAfterContextClose(true);
        return scheduler;
    }

    @Bean(name = SCHEDULER, defaultCandidate = false)
    @ConditionalOnMissingBean(name = SCHEDULER)
    @ConditionalOnThreading(Threading.VIRTUAL)
    SimpleAsyncTaskScheduler ownedLockVirtualTaskScheduler(ObjectProvider<SimpleAsyncTaskSchedulerBuilder> builder) {
        SimpleAsyncTaskScheduler scheduler = builder.getIfAvailable(SimpleAsyncTaskSchedulerBuilder::new)
                .threadNamePrefix(THREADS)
                .taskDecorator(null)
                .configure(new DrainingScheduler());
        scheduler.setPhase(WatchdogLifecycle.PHASE);
        return scheduler;
    }

    /** Goes on while the server drains: a request may die then, too. The watchdog stops it in its own phase. */
    private static final class DrainingScheduler extends SimpleAsyncTaskScheduler {

        private static final long serialVersionUID = 1L;

        @Override
        public void onApplicationEvent(ContextClosedEvent event) {}
    }
}
