package io.ownedlock.spring.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockTaskAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockWatchdogAutoConfiguration;
import io.ownedlock.spring.watchdog.WatchdogLifecycle;
import io.ownedlock.sync.Hold;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.integration.support.locks.DefaultLockRegistry;

/** Whom ours lives beside: other applications in the JVM, and Spring Integration in the same one. */
class NeighboursTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TaskExecutionAutoConfiguration.class,
                    OwnedLockAutoConfiguration.class,
                    OwnedLockWatchdogAutoConfiguration.class,
                    OwnedLockTaskAutoConfiguration.class));

    @Test
    void twoApplicationsInAJvmDoNotMeet() {
        runner.run(first -> {
            AsyncTaskExecutor executor = first.getBean(AsyncTaskExecutor.class);
            runner.withPropertyValues("owned-lock.tasks.async=false").run(second -> {
                try (Hold hold =
                        first.getBean(LockRegistry.class).obtain("order", 42).acquire()) {
                    AsyncTaskExecutor other = second.getBean(AsyncTaskExecutor.class);
                    assertThat(other.submit(() -> second.getBean(LockRegistry.class)
                                            .obtain("order", 42)
                                            .tryLock())
                                    .get(20, TimeUnit.SECONDS))
                            .isTrue();
                    assertThat(kindOn(other)).isEqualTo(TaskKind.THREAD);
                    assertThat(kindOn(executor)).isEqualTo(TaskKind.ASYNC);
                }
            });
            assertThat(kindOn(executor)).as("the other one is closed").isEqualTo(TaskKind.ASYNC);
            assertThat(first.getBean(WatchdogLifecycle.class).isRunning()).isTrue();
        });
    }

    private static TaskKind kindOn(AsyncTaskExecutor executor) throws Exception {
        return executor.submit(Task::current).get(20, TimeUnit.SECONDS).kind();
    }

    @Test
    void theLockRegistryOfSpringIntegrationIsAnother() {
        runner.withBean("lockRegistry", DefaultLockRegistry.class, DefaultLockRegistry::new)
                .withBean(Asking.class)
                .run(context -> {
                    assertThat(context).hasNotFailed().hasBean("lockRegistry").hasBean("ownedLockRegistry");
                    Asking asking = context.getBean(Asking.class);
                    assertThat(asking.theirs()).isSameAs(context.getBean("lockRegistry"));
                    assertThat(asking.ours()).isSameAs(context.getBean("ownedLockRegistry"));
                });
    }

    record Asking(org.springframework.integration.support.locks.LockRegistry<?> theirs, LockRegistry ours) {}
}
