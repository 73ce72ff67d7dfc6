package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.deadlock.DeadlockDetector;
import io.ownedlock.deadlock.DeadlockPolicy;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The listeners hear of those, too, who go away without having waited. */
class TurnedAwayTest extends LockTesting {

    private final Task newcomer = Task.start("newcomer", TaskKind.REQUEST);

    @Test
    void fromAPoisonedLock() {
        TaskLock lock = newLock(settings(OnOwnerEnd.POISON));
        ownerOf(lock).end();
        events.clear();
        assertThatExceptionOfType(BrokenLockException.class).isThrownBy(() -> in(newcomer, lock::acquire));
        assertThat(events).containsExactly("BROKEN order[42] after 0");
    }

    @Test
    void whenThereIsNoRoom() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withMaxWaiters(0));
        ownerOf(lock);
        events.clear();
        assertThatExceptionOfType(LockRefusedException.class).isThrownBy(() -> in(newcomer, lock::acquire));
        assertThatExceptionOfType(LockRefusedException.class).isThrownBy(() -> in(newcomer, lock::acquireAsync));
        assertThat(in(newcomer, () -> lock.tryLock())).isFalse();
        assertThat(events).containsExactly("REFUSED order[42] after 0", "REFUSED order[42] after 0");
    }

    @Test
    void fromAPairAndASemaphoreAsWell() {
        LockSettings noRoom = LockSettings.DEFAULTS.withMaxWaiters(0);
        TaskReadWriteLock pair = TaskReadWriteLock.create(new LockId("pair", null), noRoom, environment());
        TaskSemaphore semaphore = TaskSemaphore.create(new LockId("permits", null), 1, noRoom, environment());
        Task owner = Task.start("owner", TaskKind.REQUEST);
        in(owner, pair.writeLock()::acquire);
        in(owner, semaphore::acquire);
        events.clear();
        assertThatExceptionOfType(LockRefusedException.class).isThrownBy(() -> in(newcomer, pair.readLock()::acquire));
        assertThatExceptionOfType(LockRefusedException.class).isThrownBy(() -> in(newcomer, semaphore::acquire));
        assertThat(events).containsExactly("REFUSED pair after 0", "REFUSED permits after 0");
    }

    @Test
    void whenTheTaskIsEnding() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        try (Attachment ignored = newcomer.attach()) {
            newcomer.end();
            assertThatExceptionOfType(LockRefusedException.class).isThrownBy(lock::acquire);
        }
        assertThat(events).containsExactly("REFUSED order[42] after 0");
    }

    @Test
    void withTheCycleIfItWouldHaveWaitedForEver() {
        List<String> cycles = new ArrayList<>();
        LockEnvironment watched = new LockEnvironment(
                time,
                time,
                new DeadlockDetector(DeadlockPolicy.THROW, time),
                Runnable::run,
                List.of(new LockListener() {
                    @Override
                    public void deadlock(LockId lock, String cycle) {
                        cycles.add(lock + ":\n" + cycle);
                    }
                }));
        TaskLock one = TaskLock.create(new LockId("one", null), LockSettings.DEFAULTS, watched);
        TaskLock two = TaskLock.create(new LockId("two", null), LockSettings.DEFAULTS, watched);
        in(newcomer, one::acquire);
        Task other = ownerOf(two);
        Actor<Hold> waiting =
                Actor.start("waiting", () -> in(newcomer, two::acquire)).awaitParkedOn(two.lot());
        assertThatExceptionOfType(DeadlockException.class).isThrownBy(() -> in(other, one::acquire));
        assertThat(cycles).singleElement().asString().startsWith("one:\n").contains("'owner'", "'newcomer'");
        other.end();
        waiting.failure();
    }
}
