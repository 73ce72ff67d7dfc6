package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Owners that live and are in the way: they are not robbed, and nobody waits for them in vain. */
class SealTest extends LockTesting {

    private static final LockSettings BOUNDED = LockSettings.DEFAULTS.withHoldAtMost(Duration.ofSeconds(10));

    @Test
    void sealedByTheOperator() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        assertThat(lock.breakWaiters()).as("nobody holds it").isFalse();
        Hold hold = lock.acquire();
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());

        assertThat(lock.breakWaiters()).isTrue();
        assertThat(lock.breakWaiters()).as("again").isFalse();

        assertThat(waiter.failure())
                .isInstanceOf(BrokenLockException.class)
                .hasMessageContaining("OPERATOR")
                .hasMessageContaining("until its owner has released it");
        assertThat(lock.snapshot().state()).isEqualTo(LockState.SEALED);
        assertThat(lock.snapshot().abandonment().reason()).isEqualTo(BreakReason.OPERATOR);
        assertThat(acquirer("newcomer", lock).failure()).isInstanceOf(BrokenLockException.class);
        assertThat(Actor.start("try", lock::tryLock).failure()).isInstanceOf(BrokenLockException.class);
        assertThat(Actor.start("async", lock::acquireAsync).failure()).isInstanceOf(BrokenLockException.class);
        assertThat(lock.tryLock()).as("the owner itself").isTrue();
        lock.unlock();
        Task.runInTask("nested", () -> {
            lock.acquire().close();
            return null;
        });
        assertThat(lock.repair()).isFalse();

        hold.close();
        assertThat(lock.isIdle()).as("released is unsealed").isTrue();
        assertThat(lock.acquire().predecessorAbandoned()).isFalse();
        assertThat(events).contains("sealed order[42] for OPERATOR, told 1");
    }

    @Test
    void aSealHoldsWhileTheLockIsLent() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        try (Hold hold = lock.acquire()) {
            lock.breakWaiters();
            Task.runInTask("nested", () -> {
                try (Hold loan = lock.acquire()) {
                    assertThat(Actor.start("try", lock::tryLock).failure()).isInstanceOf(BrokenLockException.class);
                }
                return null;
            });
        }
    }

    @Test
    void sealedBetweenALookAndThePark() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        ownerOf(lock);
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", lock);
        aboutToPark.awaitReached();
        lock.breakWaiters();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void overdueIsToldOnce() {
        List<Overdue> told = new ArrayList<>();
        TaskLock lock = newLock(BOUNDED);
        Task owner = ownerOf(lock);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        time.advance(Duration.ofMillis(9_999));
        lock.inspectOwners();
        assertThat(events).doesNotContain("overdue order[42] by owner");
        time.advance(Duration.ofMillis(1));
        lock.inspectOwners();
        lock.inspectOwners();
        assertThat(events).containsOnlyOnce("overdue order[42] by owner");
        waiter.awaitParkedOn(lock.lot());
        assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);
        owner.end();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);

        ownerOf(lock);
        time.advance(Duration.ofSeconds(10));
        lock.inspectOwners();
        assertThat(events.stream().filter("overdue order[42] by owner"::equals))
                .as("the next owner")
                .hasSize(2);
    }

    @Test
    void overdueWaitersAreSentAwayIfSoConfigured() {
        TaskLock lock = newLock(BOUNDED.withOnOverdue(OnOverdue.BREAK_WAITERS));
        Task owner = ownerOf(lock);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        time.advance(Duration.ofSeconds(10));
        lock.inspectOwners();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("OWNER_OVERDUE");
        assertThat(events).contains("overdue order[42] by owner", "sealed order[42] for OWNER_OVERDUE, told 1");
        assertThat(owner.isActive()).isTrue();
        owner.end();
        assertThat(lock.acquire().predecessorAbandoned())
                .as("abandoned after all")
                .isTrue();
    }

    @Test
    void aThreadThatDoesNotLeaveAnEndedTaskIsWaitedForOnlySoLong() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withEndingGrace(Duration.ofSeconds(5)));
        Task stuck = Task.start("stuck", TaskKind.REQUEST);
        try (Attachment inside = stuck.attach()) {
            lock.lock();
            Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
            IllegalStateException failure = new IllegalStateException("the request failed");
            stuck.end(failure);
            lock.inspectOwners();
            time.advance(Duration.ofMillis(4_999));
            lock.inspectOwners();
            waiter.awaitParkedOn(lock.lot());
            time.advance(Duration.ofMillis(1));
            lock.inspectOwners();
            assertThat(waiter.failure())
                    .isInstanceOf(BrokenLockException.class)
                    .hasMessageContaining("OWNER_STUCK")
                    .hasCause(failure);
            assertThatThrownBy(() -> Actor.start("try", lock::tryLock).result())
                    .hasCauseInstanceOf(BrokenLockException.class);

            lock.unlock();
        }
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void badSettingsAreRefused() {
        Duration negative = Duration.ofMillis(-1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockSettings.DEFAULTS.withHoldAtMost(negative))
                .withMessageContaining("holdAtMost");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockSettings.DEFAULTS.withEndingGrace(negative))
                .withMessageContaining("endingGrace");
    }

    /** It holds the lock for too long, and is dead: that it is dead says more. */
    @Test
    void whoIsFoundDeadIsNotToldToBeOverdue() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withHoldAtMost(Duration.ofSeconds(10)));
        Actor.runAndDie("dying", lock::lock);
        time.advance(Duration.ofSeconds(20));
        lock.inspectOwners();
        assertThat(events).noneMatch(event -> event.startsWith("overdue"));
        assertThat(events).anyMatch(event -> event.startsWith("abandoned order[42] by dying"));
    }

    @Test
    void isOverWhenTheOwnerHasGivenTheLockUpForACondition() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        TaskCondition condition = lock.newCondition();
        Actor<Hold> owner = inOwnTask("owner", () -> {
            lock.lock();
            try {
                lock.breakWaiters();
                condition.await();
                Actor<Hold> waiter = acquirer("waiter", lock);
                Actor.awaitUntil(() -> waiter.isParkedOn(lock.lot()) || waiter.isDone(), () -> "the waiter to wait");
                assertThat(lock.breakWaiters()).as("not sealed any more").isTrue();
                assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
                return null;
            } finally {
                lock.unlock();
            }
        });
        Actor.awaitUntil(
                () -> condition.waiting() == 1 && lock.snapshot().owner() == null || owner.isDone(),
                () -> "the owner to wait");
        lock.lock();
        condition.signal();
        lock.unlock();
        owner.result();
    }

    /** The watchdog has not looked in between. */
    @Test
    void isOverdueAnewAfterAConditionWait() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withHoldAtMost(Duration.ofSeconds(10)));
        TaskCondition condition = lock.newCondition();
        Actor<Void> owner = inOwnTask("owner", () -> {
            lock.lock();
            try {
                time.advance(Duration.ofSeconds(20));
                lock.inspectOwners();
                condition.awaitUninterruptibly();
                lock.inspectOwners();
                time.advance(Duration.ofSeconds(20));
                lock.inspectOwners();
                return null;
            } finally {
                lock.unlock();
            }
        });
        Actor.awaitUntil(() -> condition.waiting() == 1 || owner.isDone(), () -> "the owner to wait");
        lock.lock();
        condition.signal();
        lock.unlock();
        owner.result();
        assertThat(events.stream().filter(event -> event.startsWith("overdue"))).hasSize(2);
    }

    /** Its stack ended as it was to give the lock back; its task goes on. */
    @ParameterizedTest
    @EnumSource(
            value = LockKind.class,
            names = {"LOCK", "READ_WRITE"})
    void whatWasClosedAndIsStillThereIsTakenOutByTheWatchdog(LockKind kind) {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Primitive primitive = kind == LockKind.LOCK ? lock : pair;
        HoldableLock wanted = kind == LockKind.LOCK ? lock : pair.writeLock();
        Stop held = new Stop();
        Stop ended = new Stop();
        Actor<Void> owner = Actor.run("owner", () -> {
            Hold hold = wanted.acquire();
            held.here();
            try {
                closeAtTheEndOfTheStack(hold);
            } catch (StackOverflowError e) {
                // on purpose
            }
            ended.here();
        });
        held.awaitReached();
        Actor<Hold> waiter = inOwnTask("waiter", wanted::acquire);
        Actor.awaitUntil(() -> primitive.waiting() == 1, () -> "the waiter to wait");
        held.pass();
        ended.awaitReached();

        primitive.inspectOwners();
        primitive.inspectOwners();
        waiter.result().close();
        ended.pass();
        owner.result();
        assertThat(primitive.isIdle()).isTrue();
    }

    @SuppressWarnings("InfiniteRecursion") // on purpose
    private static void closeAtTheEndOfTheStack(Hold hold) {
        try {
            closeAtTheEndOfTheStack(hold);
        } finally {
            hold.close();
        }
    }

    /** It tries again in the next round. */
    @Test
    void anErrorDoesNotKeepTheWatchdogFromSealing() {
        TaskLock lock = newLock(BOUNDED.withOnOverdue(OnOverdue.BREAK_WAITERS));
        ownerOf(lock);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        time.advance(Duration.ofSeconds(10));
        Thread watchdog = Thread.currentThread();
        time.onRead(() -> {
            if (Thread.currentThread() == watchdog && events.contains("overdue order[42] by owner")) {
                throw new OutOfMemoryError("on purpose");
            }
        });
        assertThatThrownBy(lock::inspectOwners).isInstanceOf(OutOfMemoryError.class);
        time.onRead(() -> {});

        lock.inspectOwners();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("OWNER_OVERDUE");
        assertThat(events).containsOnlyOnce("overdue order[42] by owner");
    }

    @Test
    void anErrorAtOneOfThemDoesNotMakeTheOthersOverdueAgain() {
        TaskLock lock = newLock(BOUNDED.withOnOverdue(OnOverdue.BREAK_WAITERS));
        Task owner = ownerOf(lock);
        time.advance(Duration.ofSeconds(9));
        in(nestedIn(owner, "borrower"), lock::acquire);
        time.advance(Duration.ofSeconds(1));
        lock.inspectOwners();
        time.advance(Duration.ofSeconds(9));
        Thread watchdog = Thread.currentThread();
        time.onRead(() -> {
            if (Thread.currentThread() == watchdog && events.contains("overdue order[42] by borrower")) {
                throw new OutOfMemoryError("on purpose");
            }
        });
        assertThatThrownBy(lock::inspectOwners).isInstanceOf(OutOfMemoryError.class);
        time.onRead(() -> {});

        lock.inspectOwners();
        assertThat(events)
                .containsOnlyOnce("overdue order[42] by owner")
                .containsOnlyOnce("overdue order[42] by borrower");
    }

    /** An error keeps who lets go from looking who is next; the watchdog does so. */
    @ParameterizedTest
    @EnumSource(
            value = LockKind.class,
            names = {"LOCK", "READ_WRITE"})
    void theLineIsServedThoughAnErrorKeptTheLastOwnerFromIt(LockKind kind) {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withFair(true));
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Primitive primitive = kind == LockKind.LOCK ? lock : pair;
        HoldableLock wanted = kind == LockKind.LOCK ? lock : pair.writeLock();
        ParkingLot lot = kind == LockKind.LOCK ? lock.lot() : pair.lot();
        Hold hold = wanted.acquire();
        Actor<Hold> waiter = inOwnTask("waiter", wanted::acquire).awaitParkedOn(lot);
        Thread releaser = Thread.currentThread();
        time.onRead(() -> {
            if (Thread.currentThread() == releaser) {
                throw new OutOfMemoryError("on purpose");
            }
        });
        assertThatThrownBy(hold::close).isInstanceOf(OutOfMemoryError.class);
        time.onRead(() -> {});

        primitive.inspectOwners();
        waiter.result().close();
        assertThat(primitive.isIdle()).isTrue();
    }

    /** Who waits for an outer task, since the lock is not re-entrant, is sent away like a stranger. */
    @Test
    void whatIsNotReentrantIsSealedForThoseAtHomeToo() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withReentrant(false));
        Task outer = Task.start("outer", TaskKind.REQUEST);
        Task nested = nestedIn(outer, "nested");
        Hold first = lock.acquire();
        Actor<Hold> waiter =
                Actor.start("nested", () -> in(nested, lock::acquire)).awaitParkedOn(lock.lot());
        Actor.start(
                        "outer",
                        () -> in(outer, () -> {
                            synchronized (lock.lot().monitor()) {
                                first.close();
                                return lock.acquire();
                            }
                        }))
                .result();
        waiter.awaitParkedOn(lock.lot());

        assertThat(lock.breakWaiters()).isTrue();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }
}
