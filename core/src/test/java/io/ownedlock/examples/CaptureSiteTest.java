package io.ownedlock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Task;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Errors name the line that took the lock, if they are asked to. Outside of the library, where its users are. */
class CaptureSiteTest {

    private static final LockSettings POISON = LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON);

    private final LockRegistry registry = LockRegistry.builder()
            .defaults(POISON.withCaptureSite(true))
            .settings("off", POISON)
            .build();
    private final TaskLock lock = registry.obtain("order");

    private static Hold takenHere(TaskLock lock) {
        return lock.acquire();
    }

    private static CompletableFuture<Hold> askedForHere(TaskLock lock) {
        return lock.acquireAsync();
    }

    private static void leak(TaskLock lock) {
        Task.runInTask("leaks", () -> takenHere(lock));
    }

    @Test
    void whoMeetsABrokenLockIsToldWhereItWasTaken() {
        leak(lock);
        BrokenLockException told = catchThrowableOfType(BrokenLockException.class, lock::lock);
        StackTraceElement site = told.abandonment().site();
        assertThat(site.getClassName()).isEqualTo(getClass().getName());
        assertThat(site.getMethodName()).isEqualTo("takenHere");
        assertThat(site.getLineNumber()).isPositive();
        assertThat(told).hasMessageContaining("acquired at").hasMessageContaining(site.toString());
        assertThat(told.abandonment().describe()).contains(site.toString());
    }

    @Test
    void whoWaitsTooLongIsToldWhereItWasTaken() {
        try (Hold hold = takenHere(lock)) {
            lock.lock();
            lock.unlock();
            WaitTooLongException told = (WaitTooLongException)
                    Actor.start("impatient", () -> lock.acquire(Duration.ZERO)).failure();
            assertThat(told.site().getMethodName()).as("the outermost").isEqualTo("takenHere");
            assertThat(told).hasMessageContaining("CaptureSiteTest.takenHere");
        }
    }

    @Test
    void ofAFutureItIsWhereItWasAskedFor() {
        Hold hold = lock.acquire();
        Actor.start(
                        "other",
                        () -> Task.runInTask("leaks", () -> {
                            CompletableFuture<Hold> future = askedForHere(lock);
                            assertThat(future).isNotDone();
                            hold.close();
                            return future.join();
                        }))
                .result();
        BrokenLockException told = catchThrowableOfType(BrokenLockException.class, lock::lock);
        assertThat(told.abandonment().site().getMethodName()).isEqualTo("askedForHere");
    }

    @Test
    void switchedOffItIsNotKnown() {
        TaskLock off = registry.obtain("off");
        leak(off);
        BrokenLockException told = catchThrowableOfType(BrokenLockException.class, off::lock);
        assertThat(told.abandonment().site()).isNull();
        assertThat(told.getMessage()).doesNotContain("acquired at");
        assertThat(LockSettings.DEFAULTS.captureSite()).isFalse();
    }
}
