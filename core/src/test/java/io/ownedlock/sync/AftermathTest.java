package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the end of an owner leaves behind, further on and later on. */
class AftermathTest extends LockTesting {

    /** What a task failed with, and would keep alive. */
    private static final class Crash extends RuntimeException {

        @SuppressWarnings("unused")
        private final transient Object request;

        Crash(Object request) {
            super("crash");
            this.request = request;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoIsToldAndEndsBreaksWhatItHoldsUnlessItGivesThatBack(boolean givesBack) {
        TaskLock near = newLock(LockSettings.DEFAULTS);
        TaskLock far = newLock(LockSettings.DEFAULTS);
        Task root = ownerOf(near);
        Actor<Object> middle = Actor.start(
                "middle",
                () -> Task.<Object, RuntimeException>runInTask("middle", () -> {
                    Hold held = far.acquire();
                    try {
                        return near.acquire();
                    } finally {
                        if (givesBack) {
                            held.close();
                        }
                    }
                }));
        middle.awaitParkedOn(near.lot());
        Actor<Hold> last = acquirer("last", far).awaitParkedOn(far.lot());

        Crash crash = new Crash("request");
        root.end(crash);

        assertThat(middle.failure())
                .isInstanceOf(BrokenLockException.class)
                .hasMessageContaining("'owner'")
                .hasCause(crash);
        if (givesBack) {
            assertThat(last.result().predecessorAbandoned()).isFalse();
        } else {
            assertThat(last.failure())
                    .isInstanceOf(BrokenLockException.class)
                    .as("names who is to blame, and what drove it to that")
                    .hasMessageContaining("'middle'")
                    .hasCause(middle.failure())
                    .hasRootCause(crash);
        }
    }

    @Test
    void nobodyUnlocksAPoisonedLock() {
        TaskLock lock = newLock(settings(OnOwnerEnd.POISON));
        ownerOf(lock).end();
        assertThatThrownBy(lock::unlock)
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("nobody holds it");
        assertThat(lock.snapshot().state()).isEqualTo(LockState.POISONED);
    }

    @Test
    void anEndedTaskKeepsNothingOfWhatItHeld() {
        Task task = Task.start("task", TaskKind.REQUEST);
        List<WeakReference<?>> held = endsHolding(task);
        awaitCollected(held);
        assertThat(task.ended()).isNotNull();
    }

    private List<WeakReference<?>> endsHolding(Task task) {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        ParkingLot lot = new ParkingLot();
        lot.addBreaker(task);
        in(task, lock::acquire);
        task.end();
        assertThat(lock.snapshot().abandonment()).isNotNull();
        assertThat(lot.isBroken()).isTrue();
        return List.of(new WeakReference<>(lock), new WeakReference<>(lot));
    }

    /** Nothing that may live longer than a task keeps it: its locks, what they report, and the errors of those who come later. */
    @ParameterizedTest
    @EnumSource
    void aTaskThatEndedIsNotKept(OnOwnerEnd policy) {
        List<Object> kept = new ArrayList<>();
        List<WeakReference<?>> gone = leak(policy, kept);
        awaitCollected(gone);
        assertThat(kept).doesNotContainNull();
    }

    /** Breaks things, in a frame of its own, and keeps what a program may keep of them. */
    private List<WeakReference<?>> leak(OnOwnerEnd policy, List<Object> kept) {
        TaskLock lock = newLock(settings(policy));
        TaskSemaphore semaphore = TaskSemaphore.create(new LockId("permits", null), 1, environment());
        ParkingLot lot = new ParkingLot();
        Task owner = ownerOf(lock);
        in(owner, semaphore::acquire);
        lot.addBreaker(owner);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        lock.inspectOwners();
        semaphore.inspectOwners();
        Crash crash = new Crash(owner);
        owner.end(crash);
        if (policy == OnOwnerEnd.HAND_OVER) {
            kept.add(waiter.result());
        } else {
            assertThat(waiter.failure()).hasCause(crash);
        }
        kept.add(lock);
        kept.add(lock.snapshot());
        switch (policy) {
            case BREAK -> kept.add(lock.acquire());
            case POISON -> kept.add(catchThrowable(lock::acquire));
            case HAND_OVER -> {}
        }
        lock.inspectOwners();
        kept.add(semaphore);
        kept.add(lot);
        kept.add(lot.statistics());
        kept.add(catchThrowable(() -> lot.parkIf(() -> true)));
        return List.of(new WeakReference<>(owner), new WeakReference<>(crash));
    }

    @Test
    void aDeadThreadIsNotKept() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        List<WeakReference<?>> gone = dieHolding(lock);
        assertThat(lock.tryAcquire().predecessorAbandoned()).isTrue();
        awaitCollected(gone);
        assertThat(lock.snapshot().owner()).isNotNull();
    }

    private static List<WeakReference<?>> dieHolding(TaskLock lock) {
        List<WeakReference<?>> gone = new ArrayList<>();
        Actor.runAndDie("mortal", () -> {
            lock.lock();
            gone.add(new WeakReference<>(Task.current()));
            gone.add(new WeakReference<>(Thread.currentThread()));
        });
        return gone;
    }

    private static void awaitCollected(List<WeakReference<?>> references) {
        Actor.awaitUntil(
                () -> {
                    System.gc();
                    return references.stream().allMatch(reference -> reference.get() == null);
                },
                () -> "the garbage collector, while "
                        + references.stream().map(WeakReference::get).toList() + " is kept");
    }

    /** Its hook was unlinked when it could not take the lock again, and once more when the hold was closed. */
    @Test
    void whatATaskHoldsBesidesALostConditionIsNotForgotten() {
        TaskLock lost = newLock(LockSettings.DEFAULTS);
        TaskLock before = newLock(LockSettings.DEFAULTS);
        TaskLock after = newLock(LockSettings.DEFAULTS);
        TaskCondition condition = lost.newCondition();
        Task task = Task.start("task", TaskKind.REQUEST);
        Actor<Void> waiter = Actor.start(
                "waiter",
                () -> in(task, () -> {
                    before.acquire();
                    try (Hold hold = lost.acquire()) {
                        condition.await();
                    } catch (BrokenLockException e) {
                        return null;
                    } finally {
                        after.acquire();
                    }
                    throw new AssertionError("not broken");
                }));
        Actor.awaitUntil(() -> condition.waiting() == 1 && lost.snapshot().owner() == null, () -> "it to wait");
        ownerOf(lost).end();
        waiter.result();
        Actor<Hold> one = acquirer("one", before).awaitParkedOn(before.lot());
        Actor<Hold> two = acquirer("two", after).awaitParkedOn(after.lot());
        task.end();
        assertThat(one.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(two.failure()).isInstanceOf(BrokenLockException.class);
    }
}
