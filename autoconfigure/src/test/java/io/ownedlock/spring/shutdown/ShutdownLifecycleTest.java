package io.ownedlock.spring.shutdown;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockShutdownAutoConfiguration;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;

class ShutdownLifecycleTest {

    private static final AutoConfigurations OURS =
            AutoConfigurations.of(OwnedLockAutoConfiguration.class, OwnedLockShutdownAutoConfiguration.class);

    private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(OURS);

    @Test
    void whoWaitsWhenTheApplicationIsGoneIsTold() {
        runner.run(context -> {
            LockRegistry registry = context.getBean(LockRegistry.class);
            try (Hold ignored = registry.obtain("order").acquire()) {
                Call<Hold> waiter =
                        Call.start(registry.obtain("order")::acquire).awaitParked();
                context.close();
                assertThat(waiter.thrown())
                        .isInstanceOfSatisfying(
                                BrokenLockException.class,
                                told -> assertThat(told.abandonment().reason()).isEqualTo(BreakReason.SHUTDOWN));
            }
        });
    }

    /** The time runs from when the last work is begun to be waited for; here nothing else ends it. */
    @Test
    void whenMostOfTheTimeIsUpTheyAreToldThoughTheApplicationIsStillThere() throws Exception {
        LockRegistry registry = LockRegistry.builder().build();
        GenericApplicationContext context = new GenericApplicationContext();
        ShutdownLifecycle lifecycle = new ShutdownLifecycle(registry, context, 0, Duration.ofMillis(50));
        try (Hold ignored = registry.obtain("order").acquire()) {
            Call<Hold> waiter = Call.start(registry.obtain("order")::acquire).awaitParked();
            lifecycle.start();
            lifecycle.onApplicationEvent(new ContextClosedEvent(context));
            lifecycle.stop();
            assertThat(waiter.thrown()).isInstanceOf(BrokenLockException.class);
        }
    }

    @Test
    void anApplicationThatIsStoppedToBeStartedAgainKeepsItsLocks() {
        runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=0ms")
                .run(context -> {
                    LockRegistry registry = context.getBean(LockRegistry.class);
                    ConfigurableApplicationContext source =
                            (ConfigurableApplicationContext) context.getSourceApplicationContext();
                    source.stop();
                    source.start();
                    assertThat(registry.isShutDown()).isFalse();
                });
    }

    @Test
    void theEndOfAnApplicationBeneathIsNotTheEndOfThisOne() {
        runner.run(context -> {
            try (GenericApplicationContext beneath =
                    new GenericApplicationContext(context.getSourceApplicationContext())) {
                beneath.refresh();
            }
            assertThat(context.getBean(LockRegistry.class).isShutDown()).isFalse();
        });
    }

    @Test
    void thePhaseIsThatInWhichTheServerDrains() {
        new WebApplicationContextRunner()
                .withConfiguration(OURS)
                .run(context -> assertThat(
                                context.getBean(ShutdownLifecycle.class).getPhase())
                        .isEqualTo(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE));
        runner.run(
                context -> assertThat(context.getBean(ShutdownLifecycle.class).getPhase())
                        .isEqualTo(SmartLifecycle.DEFAULT_PHASE));
    }

    /** Phases stop from the highest down, and the time that has begun with ours runs on. */
    @Test
    void executorsAreWaitedForAfterTheTimeHasBegun() {
        assertThat(ExecutorConfigurationSupport.DEFAULT_PHASE)
                .isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE)
                .isLessThan(SmartLifecycle.DEFAULT_PHASE);
        runner.withConfiguration(AutoConfigurations.of(
                        TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
                .withUserConfiguration(Scheduling.class)
                .run(context -> assertThat(
                                context.getBeansOfType(SmartLifecycle.class).entrySet())
                        .filteredOn(bean -> List.of("applicationTaskExecutor", "taskScheduler")
                                .contains(bean.getKey()))
                        .hasSize(2)
                        .allSatisfy(bean -> assertThat(bean.getValue().getPhase())
                                .isEqualTo(ExecutorConfigurationSupport.DEFAULT_PHASE)));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {}

    @Test
    void switchedOffNobodyIsTold() {
        runner.withPropertyValues("owned-lock.shutdown.enabled=false").run(context -> {
            LockRegistry registry = context.getBean(LockRegistry.class);
            assertThat(context).doesNotHaveBean(ShutdownLifecycle.class);
            context.close();
            assertThat(registry.isShutDown()).isFalse();
        });
    }

    @Test
    void theApplicationsOwnReplacesOurs() {
        runner.withBean(
                        "own",
                        ShutdownLifecycle.class,
                        () -> new ShutdownLifecycle(
                                LockRegistry.builder().build(), new GenericApplicationContext(), 7, Duration.ZERO))
                .run(context -> assertThat(context)
                        .hasSingleBean(ShutdownLifecycle.class)
                        .hasBean("own"));
    }
}
