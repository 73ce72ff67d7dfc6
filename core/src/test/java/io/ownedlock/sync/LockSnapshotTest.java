package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.sync.LockSnapshot.Capacity;
import io.ownedlock.sync.LockSnapshot.Held;
import io.ownedlock.sync.LockSnapshot.Waiting;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One shape for all primitives: who holds it since when, who waits since when, how much of it there is. */
class LockSnapshotTest extends LockTesting {

    private static final LockId ID = new LockId("order", "42");

    private final Instant start = time.now();

    private static Task task(String name) {
        return Task.start(name, TaskKind.REQUEST);
    }

    private void pass(int seconds) {
        time.advance(Duration.ofSeconds(seconds));
    }

    private Instant after(int seconds) {
        return start.plusSeconds(seconds);
    }

    @Test
    void aLock() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        assertThat(lock.snapshot())
                .isEqualTo(new LockSnapshot(ID, LockKind.LOCK, LockState.FREE, List.of(), null, List.of(), null));
        assertThat(lock.snapshot().owner()).isNull();
        assertThat(lock.snapshot().count()).isZero();
        pass(1);
        Task owner = task("owner");
        in(owner, () -> List.of(lock.acquire(), lock.acquire()));
        pass(1);
        acquirer("first", lock).awaitParkedOn(lock.lot());
        pass(1);
        acquirer("second", lock).awaitParkedOn(lock.lot());
        LockSnapshot seen = lock.snapshot();
        assertThat(seen.state()).isEqualTo(LockState.HELD);
        assertThat(seen.holds()).containsExactly(new Held(owner.info(), after(1), 2, true, null));
        assertThat(seen.waiting()).extracting(Waiting::since).containsExactly(after(2), after(3));
        assertThat(waiting(lock)).containsExactly("first", "second");
        assertThat(seen.capacity()).isNull();
        owner.end();
        assertThat(lock.snapshot().abandonment().acquiredAt()).isEqualTo(after(1));
        assertThat(lock.abandonment()).isSameAs(lock.snapshot().abandonment());
    }

    @Test
    void aLoanShowsWhomItIsFrom() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        in(task("lender"), () -> {
            try (Hold hold = lock.acquire()) {
                pass(1);
                return Task.runInTask("borrower", () -> {
                    try (Hold inner = lock.acquire()) {
                        assertThat(owners(lock)).containsExactly("borrower", "lender");
                        assertThat(lock.snapshot().holds())
                                .extracting(Held::since)
                                .containsExactly(after(1), after(0));
                    }
                    return null;
                });
            }
        });
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aReadWritePair() {
        TaskReadWriteLock pair = TaskReadWriteLock.create(ID, LockSettings.DEFAULTS, environment());
        Task first = task("first");
        Task second = task("second");
        in(first, pair.readLock()::acquire);
        pass(1);
        in(second, pair.readLock()::acquire);
        pass(1);
        Actor<Hold> writer = inOwnTask("writer", pair.writeLock()::acquire).awaitParkedOn(pair.lot());
        LockSnapshot seen = pair.snapshot();
        assertThat(seen.kind()).isEqualTo(LockKind.READ_WRITE);
        assertThat(seen.holds())
                .containsExactly(
                        new Held(first.info(), after(0), 1, false, null),
                        new Held(second.info(), after(1), 1, false, null));
        assertThat(seen.waiting()).extracting(Waiting::since).containsExactly(after(2));
        first.end();
        second.end();
        writer.result();
        assertThat(pair.snapshot().holds()).extracting(Held::exclusive).containsExactly(true);
        assertThat(pair.snapshot().owner().name()).isEqualTo("writer");
    }

    @Test
    void aSemaphore() {
        TaskSemaphore semaphore = TaskSemaphore.create(ID, 3, environment());
        assertThat(semaphore.isIdle()).isTrue();
        semaphore.shared().acquire();
        assertThat(semaphore.snapshot().state()).as("nobody's").isEqualTo(LockState.FREE);
        assertThat(semaphore.isIdle()).isFalse();
        Task owner = task("owner");
        in(owner, semaphore::acquire);
        pass(1);
        in(owner, semaphore::acquire);
        pass(1);
        inOwnTask("waiter", semaphore::acquire).awaitParkedOn(semaphore.lot());
        LockSnapshot seen = semaphore.snapshot();
        assertThat(seen.kind()).isEqualTo(LockKind.SEMAPHORE);
        assertThat(seen.state()).isEqualTo(LockState.HELD);
        assertThat(seen.holds())
                .containsExactly(
                        new Held(owner.info(), after(0), 1, false, null),
                        new Held(owner.info(), after(1), 1, false, null));
        assertThat(seen.waiting()).extracting(Waiting::since).containsExactly(after(2));
        assertThat(seen.capacity()).isEqualTo(new Capacity(3, 0));
    }

    /** The same, whichever of the two ways one asks. */
    private static LockState state(Primitive primitive) {
        assertThat(primitive.state()).isEqualTo(primitive.snapshot().state());
        return primitive.state();
    }

    @Test
    void theStateCanBeAskedForAlone() {
        LockSettings poisoning = LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON);
        TaskLock lock = newLock(poisoning);
        TaskReadWriteLock pair = TaskReadWriteLock.create(ID, poisoning, environment());
        TaskSemaphore semaphore = TaskSemaphore.create(ID, 1, environment());
        CapacityLimiter limiter = CapacityLimiter.create(ID, 1, environment());
        List<Primitive> all = List.of(lock, pair, semaphore, limiter);
        assertThat(all).extracting(LockSnapshotTest::state).containsOnly(LockState.FREE);
        Task owner = task("owner");
        in(owner, lock::acquire);
        in(owner, pair.writeLock()::acquire);
        in(owner, semaphore::acquire);
        in(owner, limiter::acquire);
        assertThat(all).extracting(LockSnapshotTest::state).containsOnly(LockState.HELD);
        lock.breakWaiters();
        pair.breakWaiters();
        assertThat(List.of(lock, pair)).extracting(LockSnapshotTest::state).containsOnly(LockState.SEALED);
        owner.end();
        assertThat(all)
                .extracting(LockSnapshotTest::state)
                .containsExactly(LockState.POISONED, LockState.POISONED, LockState.FREE, LockState.FREE);
    }

    @Test
    void aSemaphoreThatHasBeenReleasedTooOftenIsNotIdle() {
        TaskSemaphore semaphore = TaskSemaphore.create(ID, 0, environment());
        assertThat(semaphore.isIdle()).isTrue();
        semaphore.shared().release();
        assertThat(semaphore.snapshot().capacity()).isEqualTo(new Capacity(0, 1));
        assertThat(semaphore.isIdle()).isFalse();
        semaphore.shared().acquire();
        assertThat(semaphore.isIdle()).isTrue();
    }

    @Test
    void aLimiter() {
        CapacityLimiter limiter = CapacityLimiter.create(ID, 2, environment());
        Task owner = task("owner");
        in(owner, limiter::acquire);
        limiter.setTotal(0);
        LockSnapshot seen = limiter.snapshot();
        assertThat(seen.kind()).isEqualTo(LockKind.LIMITER);
        assertThat(seen.holds()).containsExactly(new Held(owner.info(), after(0), 1, false, null));
        assertThat(seen.capacity()).isEqualTo(new Capacity(0, -1));
        owner.end();
        assertThat(limiter.isIdle()).as("resized").isFalse();
        limiter.setTotal(2);
        assertThat(limiter.isIdle()).isTrue();
    }
}
