package io.ownedlock.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Liveness;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.task.TaskState;
import io.ownedlock.testing.Actor;
import java.io.IOException;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LockedTest {

    private final LockRegistry registry = LockRegistry.builder().build();

    private static void in(Task task, Actor.Script script) throws Exception {
        try (Attachment ignored = task.attach()) {
            script.run();
        }
    }

    @Test
    void theActionRunsUnderTheLockAndItsResultAndItsFailurePass() throws Exception {
        TaskLock lock = registry.obtain("order", 42);
        assertThat(registry.<Boolean, RuntimeException>executeLocked("order", 42, lock::isHeldByCurrentTask))
                .isTrue();
        assertThat(registry.<Boolean, RuntimeException>executeLocked(
                        "order", () -> registry.obtain("order").isHeldByCurrentTask()))
                .isTrue();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> registry.executeLocked("order", 42, () -> {
                    throw new IOException("checked");
                }));
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aBoundOfTheCallerWinsAndTheActionDoesNotRun() throws Exception {
        Task owner = Task.start("owner", TaskKind.CUSTOM);
        in(owner, () -> {
            registry.obtain("order", 42).acquire();
            registry.obtain("order").acquire();
        });
        assertThatExceptionOfType(WaitTooLongException.class)
                .isThrownBy(() -> registry.executeLocked("order", 42, Duration.ZERO, () -> {
                    throw new AssertionError("ran");
                }))
                .satisfies(e -> assertThat(e.waited()).isZero());
        assertThatExceptionOfType(WaitTooLongException.class)
                .isThrownBy(() -> registry.executeLocked("order", Duration.ZERO, () -> {
                    throw new AssertionError("ran");
                }));
        owner.end();
    }

    @Test
    void onAThreadWithoutATaskWhatLeaksInTheActionEndsWithTheCall() {
        TaskLock leaked = registry.obtain("leaked");
        AtomicReference<Actor<Hold>> waiter = new AtomicReference<>();
        registry.executeLocked("order", 42, () -> {
            leaked.acquire();
            assertThat(Task.current().kind()).isEqualTo(TaskKind.CUSTOM);
            waiter.set(Actor.start("waiter", leaked::acquire).awaitParked());
            return null;
        });
        assertThat(waiter.get().failure())
                .isInstanceOfSatisfying(
                        BrokenLockException.class,
                        e -> assertThat(e.abandonment().owner().name()).isEqualTo("executeLocked order"));
    }

    @Test
    void theActionBelongsToTheTaskOrIsNestedInTheThreads() throws Exception {
        Task request = Task.start("GET /", TaskKind.REQUEST);
        in(
                request,
                () -> assertThat(registry.<Task, RuntimeException>executeLocked("order", 42, Task::current))
                        .isSameAs(request));
        try (Hold ignored = registry.obtain("order", 42).acquire()) {
            assertThat(registry.<Integer, RuntimeException>executeLocked("order", 42, Duration.ZERO, () -> 1))
                    .isEqualTo(1);
        }
    }

    @Test
    void whoHoldsTheLockOrIsNestedInWhoDoesIsUnderIt() {
        try (Hold ignored = registry.obtain("order", 42).acquire()) {
            registry.assertHeld("order", "42");
            Task.runInTask("nested", () -> {
                registry.assertHeld("order", 42);
                return null;
            });
        }
        try (Hold ignored = registry.obtain("plain").acquire()) {
            registry.assertHeld("plain");
        }
        try (Hold ignored = registry.obtainReadWrite("report", 1).readLock().acquire()) {
            registry.assertHeld("report", 1);
            Task.runInTask("nested", () -> {
                registry.assertHeld("report", 1);
                return null;
            });
        }
        try (Hold ignored = registry.obtainReadWrite("report", 1).writeLock().acquire()) {
            Task.runInTask("nested", () -> {
                registry.assertHeld("report", 1);
                return null;
            });
        }
    }

    @Test
    void whoDoesNotHoldTheLockIsToldWhoDoesAndWhatHasProbablyHappened() throws Exception {
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.assertHeld("order", 42))
                .withMessageContaining("order[42]")
                .withMessageContaining("nobody holds it")
                .withMessageContaining("past the proxy");
        assertThat(registry.size()).as("looking makes nothing").isZero();

        Task owner = Task.start("owner", TaskKind.CUSTOM);
        in(owner, () -> {
            registry.obtain("order", 42).acquire();
            registry.obtainReadWrite("report").readLock().acquire();
        });
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.assertHeld("order", 42))
                .withMessageContaining(owner.label());
        assertThatIllegalStateException().isThrownBy(() -> registry.assertHeld("report"));
        registry.obtainSemaphore("permits", 1).acquire();
        assertThatIllegalStateException().isThrownBy(() -> registry.assertHeld("permits"));
        assertThatIllegalArgumentException().isThrownBy(() -> registry.assertHeld("order", " "));
        owner.end();
    }

    @Test
    void settingsCanChangeUntilTheFirstOfANameIsObtained() {
        registry.configure("order", settings -> settings.withFair(true));
        registry.configure("order", settings -> settings.withHoldAtMost(Duration.ofSeconds(1)));
        LockSettings both = LockSettings.DEFAULTS.withFair(true).withHoldAtMost(Duration.ofSeconds(1));
        assertThat(registry.settingsOf("order")).isEqualTo(both);
        assertThat(registry.settingsOf("other")).isEqualTo(LockSettings.DEFAULTS);

        TaskLock kept = registry.obtain("order", 42);
        registry.configure("order", settings -> settings.withFair(true));
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.configure("order", settings -> settings.withFair(false)))
                .withMessageContaining("'order'");
        assertThat(registry.settingsOf("order")).isEqualTo(both);
        assertThat(kept.isIdle()).isTrue();
    }

    @Test
    void aNestedTaskMayGoOnWhenItsThreadHasLeftIt() throws Exception {
        TaskLock lock = registry.obtain("order", 42);
        Object anchor = new Object();
        Task nested = Task.startNested("nested", Liveness.whileReachable(anchor));
        assertThat(nested.isNestedIn(Task.current())).isTrue();
        in(nested, lock::acquire);
        lock.inspectOwners();
        assertThat(nested.state()).isEqualTo(TaskState.ACTIVE);
        assertThat(lock.snapshot().owner()).isEqualTo(nested.info());
        nested.end();
        assertThat(lock.abandonment()).isNotNull();
        Reference.reachabilityFence(anchor);
    }
}
