package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ownedlock.deadlock.DeadlockDetector;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.Eventually;
import io.ownedlock.spring.LockRegistryCustomizer;
import io.ownedlock.spring.watchdog.WatchdogLifecycle;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.Overdue;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.time.Parker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.scheduling.config.FixedDelayTask;

/** What each property changes, seen from outside: with it something else happens than without. */
class OwnedLockPropertiesTest {

    private final Listening listening = new Listening();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(OwnedLockAutoConfiguration.class, OwnedLockWatchdogAutoConfiguration.class))
            .withPropertyValues("owned-lock.watchdog.interval=1ms")
            .withBean(Listening.class, () -> listening);

    private interface Body {
        void with(TaskLock lock) throws Exception;
    }

    /** With one of the lock's settings, wherever it stands; nothing at all is left out of the settings. */
    private void run(String setting, Body body) {
        for (String prefix : List.of("owned-lock.defaults.", "owned-lock.locks.order.")) {
            runner.withPropertyValues(setting.isEmpty() ? "owned-lock.enabled=true" : prefix + setting)
                    .run(context ->
                            body.with(context.getBean(LockRegistry.class).obtain("order", 42)));
        }
    }

    /** The lock of a task that lives on; its thread has left it. */
    private static Task owned(TaskLock lock) {
        Task owner = Task.start("owner", TaskKind.CUSTOM);
        try (Attachment inside = owner.attach()) {
            lock.acquire();
        }
        return owner;
    }

    /** Waits, and gives back what it got at once. */
    private static Call<Boolean> waiterFor(TaskLock lock) {
        return Call.start(() -> {
                    try (Hold hold = lock.acquire()) {
                        return hold.predecessorAbandoned();
                    }
                })
                .awaitParked();
    }

    @Test
    void onOwnerEnd() {
        run("", lock -> {
            owned(lock).end();
            assertThat(lock.acquire().predecessorAbandoned()).isTrue();
        });
        run("on-owner-end=poison", lock -> {
            owned(lock).end();
            assertThatExceptionOfType(BrokenLockException.class).isThrownBy(lock::acquire);
        });
        run("on-owner-end=hand-over", lock -> {
            Task owner = owned(lock);
            Call<Boolean> waiter = waiterFor(lock);
            owner.end();
            assertThat(waiter.get()).isTrue();
        });
    }

    @Test
    void waitAtMost() {
        run("wait-at-most=2ms", lock -> {
            owned(lock);
            WaitTooLongException told = catchThrowableOfType(WaitTooLongException.class, lock::acquire);
            assertThat(told.waited()).isEqualTo(Duration.ofMillis(2));
        });
        run("", lock -> {
            Task owner = owned(lock);
            Call<Boolean> waiter = waiterFor(lock);
            owner.end();
            assertThat(waiter.thrown()).isInstanceOf(BrokenLockException.class);
        });
    }

    @ParameterizedTest
    @CsvSource({"defaults, true", "defaults, false", "locks.order, true", "locks.order, false"})
    void fair(String where, boolean fair) {
        LateParker parker = new LateParker();
        LockRegistryCustomizer late = builder -> builder.parker(parker);
        runner.withBean(LockRegistryCustomizer.class, () -> late)
                .withPropertyValues("owned-lock." + where + ".fair=" + fair)
                .run(context -> {
                    TaskLock lock = context.getBean(LockRegistry.class).obtain("order", 42);
                    Hold hold = lock.acquire();
                    Call<Boolean> waiter = waiterFor(lock);
                    hold.close();
                    assertThat(lock.tryLock())
                            .as("overtakes who has not woken up")
                            .isEqualTo(!fair);
                    if (!fair) {
                        lock.unlock();
                    }
                    parker.wake();
                    assertThat(waiter.get()).isFalse();
                });
    }

    /** Whom it is to wake sleeps on until the test says so. */
    private static final class LateParker implements Parker {

        private final Queue<Thread> woken = new ConcurrentLinkedQueue<>();

        @Override
        public void park(Object blocker) {
            Parker.system().park(blocker);
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            Parker.system().parkNanos(blocker, nanos);
        }

        @Override
        public void unpark(Thread thread) {
            woken.add(thread);
        }

        void wake() {
            woken.forEach(Parker.system()::unpark);
        }
    }

    @Test
    void reentrant() {
        run("reentrant=false", lock -> {
            lock.acquire();
            assertThatExceptionOfType(IllegalMonitorStateException.class)
                    .isThrownBy(lock::acquire)
                    .withMessageContaining("not re-entrant");
        });
        run("", lock -> {
            lock.acquire();
            assertThat(lock.tryLock()).isTrue();
        });
    }

    @Test
    void maxWaiters() {
        run("max-waiters=1", lock -> {
            Task owner = owned(lock);
            Call<Boolean> first = waiterFor(lock);
            assertThatExceptionOfType(LockRefusedException.class).isThrownBy(lock::acquire);
            owner.end();
            assertThat(first.thrown()).isInstanceOf(BrokenLockException.class);
        });
    }

    @Test
    void holdAtMostAndOnOverdue() {
        run("", lock -> {
            assertThat(lock.acquire()).isNotNull();
            assertThat(listening.overdue).isEmpty();
        });
        run("hold-at-most=1ms", lock -> {
            listening.overdue.clear();
            Hold hold = lock.acquire();
            Call<Boolean> waiter = waiterFor(lock);
            Eventually.until("it is overdue", () -> !listening.overdue.isEmpty());
            assertThat(listening.overdue.get(0).lock()).isEqualTo(lock.id());
            assertThat(lock.waiting()).as("who waits goes on waiting").isEqualTo(1);
            hold.close();
            assertThat(waiter.get()).isFalse();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"owned-lock.defaults.", "owned-lock.locks.order."})
    void onOverdue(String prefix) {
        runner.withPropertyValues(prefix + "hold-at-most=1ms", prefix + "on-overdue=break-waiters")
                .run(context -> {
                    TaskLock lock = context.getBean(LockRegistry.class).obtain("order", 42);
                    lock.acquire();
                    // It comes before the lock is sealed or after.
                    Throwable told = Call.start(lock::acquire).thrown();
                    assertThat(reason(told)).isEqualTo(BreakReason.OWNER_OVERDUE);
                });
    }

    @Test
    void endingGrace() {
        run("ending-grace=0s", lock -> {
            Task owner = Task.start("owner", TaskKind.CUSTOM);
            try (Attachment inside = owner.attach()) {
                lock.acquire();
                owner.end();
                assertThat(reason(Call.start(lock::acquire).thrown())).isEqualTo(BreakReason.OWNER_STUCK);
            }
        });
        run("", lock -> {
            Task owner = Task.start("owner", TaskKind.CUSTOM);
            Call<Boolean> waiter;
            try (Attachment inside = owner.attach()) {
                lock.acquire();
                owner.end();
                waiter = waiterFor(lock);
            }
            assertThat(reason(waiter.thrown())).isEqualTo(BreakReason.OWNER_ENDED);
        });
    }

    private static BreakReason reason(Throwable told) {
        assertThat(told).isInstanceOf(BrokenLockException.class);
        return ((BrokenLockException) told).abandonment().reason();
    }

    @Test
    void captureSite() {
        run("capture-site=true", lock -> assertThat(siteOfABreak(lock)).isNotNull());
        run("", lock -> assertThat(siteOfABreak(lock)).isNull());
    }

    private static @Nullable StackTraceElement siteOfABreak(TaskLock lock) {
        Task owner = owned(lock);
        Call<Boolean> waiter = waiterFor(lock);
        owner.end();
        return ((BrokenLockException) waiter.thrown()).abandonment().site();
    }

    @ParameterizedTest
    @CsvSource({"throw, DeadlockException, 0", "warn, WaitTooLongException, 1", "off, WaitTooLongException, 0"})
    void deadlock(String policy, String told, int logged) {
        Recording log = new Recording();
        Logger logger = Logger.getLogger(DeadlockDetector.class.getName());
        logger.addHandler(log);
        try {
            runner.withPropertyValues("owned-lock.deadlock=" + policy).run(context -> {
                LockRegistry locks = context.getBean(LockRegistry.class);
                TaskLock ours = locks.obtain("order", 1);
                TaskLock theirs = locks.obtain("order", 2);
                try (Hold hold = ours.acquire()) {
                    Call<?> other = Call.start(() -> {
                                try (Hold first = theirs.acquire();
                                        Hold second = ours.acquire()) {
                                    return second;
                                }
                            })
                            .awaitParked();
                    LockNotAcquiredException failure = catchThrowableOfType(
                            LockNotAcquiredException.class, () -> theirs.acquire(Duration.ofMillis(1)));
                    assertThat(failure.getClass().getSimpleName()).isEqualTo(told);
                    hold.close();
                    other.get();
                }
            });
        } finally {
            logger.removeHandler(log);
        }
        assertThat(log.records).hasSize(logged);
    }

    @Test
    void withoutThatPropertyADeadlockIsRefused() {
        run("", lock -> {
            Task beneath = Task.start("beneath", TaskKind.CUSTOM);
            try (Attachment inside = beneath.attach()) {
                lock.acquire();
                assertThatExceptionOfType(DeadlockException.class)
                        .isThrownBy(() -> Task.runBeside("above", TaskKind.CUSTOM, lock::acquire));
            } finally {
                beneath.end();
            }
        });
    }

    @Test
    void watchdogEnabled() {
        runner.run(context -> {
            Call.start(context.getBean(LockRegistry.class).obtain("order", 42)::acquire);
            Eventually.until("the dead thread is found", () -> !listening.abandoned.isEmpty());
            listening.abandoned.clear();
        });
        runner.withPropertyValues("owned-lock.watchdog.enabled=false").run(context -> {
            assertThat(context).doesNotHaveBean(WatchdogLifecycle.class);
            TaskLock lock = context.getBean(LockRegistry.class).obtain("order", 42);
            Call.start(lock::acquire).awaitDead();
            assertThat(listening.abandoned).as("nobody looks").isEmpty();
            assertThat(lock.acquire().predecessorAbandoned())
                    .as("until somebody comes")
                    .isTrue();
        });
    }

    @Test
    void watchdogInterval() {
        runner.withPropertyValues("owned-lock.watchdog.interval=3m")
                .run(context -> assertThat(
                                context.getBean(WatchdogLifecycle.class).getScheduledTasks())
                        .singleElement()
                        .extracting(scheduled -> ((FixedDelayTask) scheduled.getTask()).getIntervalDuration())
                        .isEqualTo(Duration.ofMinutes(3)));
    }

    @ParameterizedTest
    @CsvSource({
        "order-line,     order-line",
        "orderLine,      orderLine",
        "[order.line],   order.line",
        "[Order Line],   Order Line",
        "order_line,     order_line",
        "[order_line],   order_line"
    })
    void namesOfLocks(String written, String name) {
        runner.withPropertyValues("owned-lock.locks" + (written.startsWith("[") ? "" : ".") + written + ".fair=true")
                .run(context -> {
                    LockRegistry locks = context.getBean(LockRegistry.class);
                    assertThat(locks.settingsOf(name).fair()).isTrue();
                });
    }

    @Test
    void whatANameInPropertiesCannotBe() {
        Map<String, Object> variables = Map.of("OWNEDLOCK_LOCKS_TICKET_FAIR", "true");
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .replace(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                new SystemEnvironmentPropertySource(
                                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables)))
                .withPropertyValues("owned-lock.locks.order.line.fair=true")
                .run(context -> {
                    LockRegistry locks = context.getBean(LockRegistry.class);
                    assertThat(locks.settingsOf("order.line").fair()).isFalse();
                    assertThat(locks.settingsOf("ticket").fair()).isTrue();
                });
    }

    private static final class Listening implements LockListener {

        final List<Overdue> overdue = new CopyOnWriteArrayList<>();
        final List<Abandonment> abandoned = new CopyOnWriteArrayList<>();

        @Override
        public void abandoned(Abandonment abandonment, int waitersTold) {
            abandoned.add(abandonment);
        }

        @Override
        public void overdue(Overdue event) {
            overdue.add(event);
        }
    }

    private static final class Recording extends Handler {

        final List<LogRecord> records = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord logged) {
            records.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
