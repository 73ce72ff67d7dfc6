package io.ownedlock.spring.watchdog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.Eventually;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockWatchdogAutoConfiguration;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.time.Ticker;
import io.ownedlock.watchdog.Guard;
import io.ownedlock.watchdog.Watchdog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.scheduling.ScheduledTasksEndpointAutoConfiguration;
import org.springframework.boot.actuate.scheduling.ScheduledTasksEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

class WatchdogTest {

    private final ApplicationContextRunner boot = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class));

    private final ApplicationContextRunner runner = boot.withConfiguration(
                    AutoConfigurations.of(OwnedLockAutoConfiguration.class, OwnedLockWatchdogAutoConfiguration.class))
            .withPropertyValues("owned-lock.watchdog.interval=1ms");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLockOfADeadThreadIsBrokenAndItsWaitersAreTold(boolean virtual) {
        runner.withPropertyValues("spring.threads.virtual.enabled=" + virtual).run(WatchdogTest::assertWatching);
    }

    private static void assertWatching(ApplicationContext context) throws Exception {
        TaskLock lock = context.getBean(LockRegistry.class).obtain("order", 42);
        CountDownLatch die = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        Call<?> owner = Call.start(() -> {
            lock.acquire();
            held.countDown();
            die.await();
            return null;
        });
        held.await();
        Call<?> waiter = Call.start(lock::acquire).awaitParked();
        die.countDown();
        owner.awaitDead();
        assertThat(waiter.thrown())
                .isInstanceOfSatisfying(
                        BrokenLockException.class,
                        e -> assertThat(e.abandonment().reason()).isEqualTo(BreakReason.OWNER_THREAD_DIED));
    }

    @ParameterizedTest
    @ValueSource(classes = {Plain.class, Scheduling.class})
    void theApplicationsOwnSchedulerAndExecutorStayAsTheyWere(Class<?> configuration) {
        AtomicReference<Map<String, Class<?>>> before = new AtomicReference<>();
        boot.withUserConfiguration(configuration).run(context -> before.set(executors(context)));
        assertThat(before.get()).containsKey("applicationTaskExecutor");
        assertThat(before.get().containsKey("taskScheduler")).isEqualTo(configuration == Scheduling.class);
        runner.withUserConfiguration(configuration).run(context -> {
            assertThat(executors(context)).isEqualTo(before.get());
        });
    }

    private static Map<String, Class<?>> executors(ApplicationContext context) {
        Map<String, Class<?>> executors = new TreeMap<>();
        context.getBeansOfType(Executor.class).forEach((name, bean) -> executors.put(name, bean.getClass()));
        return executors;
    }

    @Test
    void whoAsksForASchedulerOrAnExecutorByTypeIsNotGivenOurs() {
        runner.withBean(Asking.class).run(context -> {
            Asking asking = context.getBean(Asking.class);
            assertThat(asking.scheduler.getIfAvailable()).isNull();
            assertThat(context.getBeanProvider(TaskScheduler.class).getIfAvailable())
                    .isNull();
            assertThat(asking.executor.getObject()).isSameAs(context.getBean("applicationTaskExecutor"));
        });
        runner.withUserConfiguration(Scheduling.class)
                .withBean(Asking.class)
                .run(context -> assertThat(
                                context.getBean(Asking.class).scheduler.getObject())
                        .isSameAs(context.getBean("taskScheduler")));
    }

    record Asking(ObjectProvider<TaskScheduler> scheduler, ObjectProvider<AsyncTaskExecutor> executor) {}

    @Test
    void scheduledMethodsStayOnASchedulerThatTheApplicationMade() {
        ThreadPoolTaskScheduler own = new ThreadPoolTaskScheduler();
        own.setThreadNamePrefix("own-");
        runner.withUserConfiguration(Scheduling.class, Recording.class)
                .withBean("own", ThreadPoolTaskScheduler.class, () -> own)
                .run(context -> {
                    Recording recording = context.getBean(Recording.class);
                    Eventually.until("the scheduled method has run", () -> recording.thread.get() != null);
                    assertThat(recording.thread.get()).startsWith("own-");
                });
    }

    @Test
    void scheduledMethodsStayOnTheApplicationsScheduler() {
        runner.withUserConfiguration(Scheduling.class, Recording.class).run(context -> {
            Recording recording = context.getBean(Recording.class);
            Eventually.until("the scheduled method has run", () -> recording.thread.get() != null);
            assertThat(recording.thread.get()).startsWith("scheduling-");
        });
    }

    @Test
    void whatTheApplicationsExecutorsAreForIsNotRunByTheWatchdog() {
        runner.withUserConfiguration(Scheduling.class, Recording.class)
                .withBean("own", ScheduledExecutorService.class, WatchdogTest::ownExecutor)
                .run(context -> {
                    Recording recording = context.getBean(Recording.class);
                    Eventually.until("the scheduled method has run", () -> recording.thread.get() != null);
                    assertThat(recording.thread.get()).startsWith("own-");
                });
        runner.withUserConfiguration(Asynchronous.class)
                .withBean("taskExecutor", ExecutorService.class, WatchdogTest::ownExecutor)
                .run(context -> assertThat(context.getBean(Asynchronous.Work.class)
                                .thread()
                                .get())
                        .startsWith("own-"));
    }

    private static ScheduledExecutorService ownExecutor() {
        CustomizableThreadFactory threads = new CustomizableThreadFactory("own-");
        threads.setDaemon(true);
        return Executors.newSingleThreadScheduledExecutor(threads);
    }

    @Test
    void itGoesOnWhileTheOnlyThreadOfTheApplicationsSchedulerIsStuck() {
        runner.withUserConfiguration(Scheduling.class, Stuck.class).run(context -> {
            Stuck stuck = context.getBean(Stuck.class);
            stuck.entered.await();
            assertWatching(context);
            assertThat(stuck.left.getCount()).isEqualTo(1);
            stuck.left.countDown();
        });
    }

    /** A virtual thread has to wait for one of few carriers, which those who wait for a lock may have pinned. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itsThreadIsOfTheOperatingSystemAndKeepsNobodyAlive(boolean virtual) {
        Listening listening = new Listening();
        runner.withPropertyValues("spring.threads.virtual.enabled=" + virtual)
                .withBean(LockListener.class, () -> listening)
                .run(context -> {
                    assertWatching(context);
                    Eventually.until("the listener was told", () -> listening.thread.get() != null);
                    assertThat(listening.thread.get())
                            .returns("owned-lock-watchdog-1", Thread::getName)
                            .returns(true, Thread::isDaemon);
                    assertThat(listening.thread.get().getClass()).isEqualTo(Thread.class);
                });
    }

    static class Listening implements LockListener {

        final AtomicReference<Thread> thread = new AtomicReference<>();

        @Override
        public void abandoned(Abandonment abandonment, int waitersTold) {
            thread.set(Thread.currentThread());
        }
    }

    @Test
    void nobodyDecoratesItsRounds() {
        runner.withBean(TaskDecorator.class, () -> task -> {
                    throw new AssertionError("decorated");
                })
                .run(WatchdogTest::assertWatching);
    }

    @Test
    void aGuardThatThrowsNeverStopsIt() throws Exception {
        CountDownLatch thrice = new CountDownLatch(3);
        Guard throwing = () -> {
            thrice.countDown();
            throw new AssertionError("expected");
        };
        WatchdogLifecycle lifecycle =
                new WatchdogLifecycle(new Watchdog(Ticker.system(), List.of(throwing)), Duration.ofMillis(1));
        lifecycle.start();
        thrice.await();
        lifecycle.stop();
    }

    @Test
    void itsThreadIsGoneWhenItIsStoppedOrOnlyDestroyedAndComesBack() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        WatchdogLifecycle lifecycle = new WatchdogLifecycle(
                new Watchdog(Ticker.system(), List.of(() -> thread.set(Thread.currentThread()))), Duration.ofMillis(1));
        for (Runnable end : List.<Runnable>of(lifecycle::stop, lifecycle::destroy)) {
            Thread before = thread.get();
            lifecycle.start();
            Eventually.until("a round has run", () -> thread.get() != before);
            assertThat(lifecycle.getScheduledTasks()).hasSize(1);
            end.run();
            Eventually.until("its thread is gone", () -> !thread.get().isAlive());
            assertThat(lifecycle.isRunning()).isFalse();
            assertThat(lifecycle.getScheduledTasks()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itGoesOnWhileTheApplicationStops(boolean virtual) {
        runner.withPropertyValues("spring.threads.virtual.enabled=" + virtual)
                .withUserConfiguration(Draining.class)
                .run(context -> {
                    Draining draining = context.getBean(Draining.class);
                    context.getSourceApplicationContext().close();
                    assertThat(draining.failure.get()).isNull();
                    assertThat(draining.watched.get()).isTrue();
                    assertThat(context.getSourceApplicationContext().isActive()).isFalse();
                });
    }

    @Test
    void itIsShownAmongTheScheduledTasks() {
        runner.withConfiguration(AutoConfigurations.of(ScheduledTasksEndpointAutoConfiguration.class))
                .withPropertyValues(
                        "owned-lock.watchdog.interval=3s",
                        "spring.jmx.enabled=true",
                        "management.endpoints.jmx.exposure.include=*")
                .run(context -> assertThat(context.getBean(ScheduledTasksEndpoint.class)
                                .scheduledTasks()
                                .getFixedDelay())
                        .singleElement()
                        .satisfies(task ->
                                assertThat(task.getRunnable().getTarget()).startsWith(Watchdog.class.getName())));
    }

    @Test
    void itCanBeSwitchedOff() {
        runner.withPropertyValues("owned-lock.watchdog.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(WatchdogLifecycle.class));
    }

    @Test
    void itIsStalledAfterFiveIntervalsAndNotBeforeFiveSecondsAndOnlyWhileItShouldRun() {
        assertStalls(Duration.ofMillis(10), Duration.ofSeconds(5));
        assertStalls(Duration.ofSeconds(10), Duration.ofSeconds(50));
    }

    private static void assertStalls(Duration interval, Duration after) {
        Clock clock = new Clock();
        CountDownLatch forEver = new CountDownLatch(1);
        Guard stuck = () -> assertThatException().isThrownBy(forEver::await);
        WatchdogLifecycle lifecycle = new WatchdogLifecycle(new Watchdog(clock, List.of(stuck)), interval);
        clock.nanos.set(after.toNanos() + 1);
        assertThat(lifecycle.isStalled()).as("not started").isFalse();
        lifecycle.start();
        assertThat(lifecycle.isStalled()).as("stalled").isTrue();
        clock.nanos.set(after.toNanos());
        assertThat(lifecycle.isStalled()).as("just not").isFalse();
        clock.nanos.set(after.toNanos() + 1);
        lifecycle.stop();
        assertThat(lifecycle.isStalled()).as("stopped").isFalse();
    }

    private static final class Clock implements Ticker {

        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Plain {}

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {}

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @Import(Asynchronous.Work.class)
    static class Asynchronous {

        static class Work {

            @Async
            CompletableFuture<String> thread() {
                return CompletableFuture.completedFuture(Thread.currentThread().getName());
            }
        }
    }

    static class Recording {

        final AtomicReference<String> thread = new AtomicReference<>();

        @Scheduled(fixedDelay = 1)
        void run() {
            thread.set(Thread.currentThread().getName());
        }
    }

    static class Stuck {

        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch left = new CountDownLatch(1);

        @Scheduled(fixedDelay = 1)
        void run() throws InterruptedException {
            entered.countDown();
            left.await();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Draining {

        final AtomicReference<Boolean> watched = new AtomicReference<>(false);
        final AtomicReference<Throwable> failure = new AtomicReference<>();

        /** Like a web server, which lets its last requests finish when it is stopped. */
        @Bean
        SmartLifecycle server(ApplicationContext context) {
            return new SmartLifecycle() {

                private boolean running;

                @Override
                public void start() {
                    running = true;
                }

                @Override
                public void stop() {
                    running = false;
                    try {
                        assertWatching(context);
                        watched.set(true);
                    } catch (Throwable e) {
                        failure.set(e);
                    }
                }

                @Override
                public boolean isRunning() {
                    return running;
                }
            };
        }
    }
}
