package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.park.Gate;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Each race of the lock, forced into each of its orders. */
class RaceTest extends LockTesting {

    private final TaskLock lock = newLock(LockSettings.DEFAULTS);

    @Test
    void theTaskEndsBetweenItsIntentAndTheLock() {
        Task task = Task.start("task", TaskKind.REQUEST);
        Stop tried = stopAtRead("acquirer", 1);
        Actor<Hold> acquirer = Actor.start("acquirer", () -> in(task, lock::acquire));
        tried.awaitReached();
        task.end();
        tried.pass();
        assertThat(acquirer.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(lock.isIdle()).isTrue();
        assertThat(events).containsExactly("REFUSED order[42] after 0");
    }

    @Test
    void theTaskEndsBetweenItsIntentAndAnAbandonedLock() {
        ownerOf(lock).end();
        Task task = Task.start("task", TaskKind.REQUEST);
        Stop tried = stopAtRead("acquirer", 1);
        Actor<Hold> acquirer = Actor.start("acquirer", () -> in(task, lock::acquire));
        tried.awaitReached();
        task.end();
        tried.pass();
        assertThat(acquirer.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(lock.acquire().predecessor().owner().name()).isEqualTo("owner");
    }

    @Test
    void theWaitersTaskEndsBeforeItParks() {
        ownerOf(lock);
        Task task = Task.start("task", TaskKind.REQUEST);
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = Actor.start("waiter", () -> in(task, lock::acquire));
        aboutToPark.awaitReached();
        task.end();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(lock.waiting()).isZero();
    }

    /** Its end finds nobody in the queue, so it must find its end itself. */
    @Test
    void theWaitersTaskEndsBeforeItHasJoined() {
        ownerOf(lock);
        Task task = Task.start("task", TaskKind.REQUEST);
        Stop joining = stopAtRead("waiter", 1);
        Actor<Hold> waiter = Actor.start("waiter", () -> in(task, lock::acquire));
        joining.awaitReached();
        task.end();
        joining.pass();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class).hasMessageContaining("'task' is ending");
        assertThat(lock.waiting()).isZero();
    }

    @Test
    void theLockIsReleasedBeforeTheWaiterHasJoined() {
        Hold hold = lock.acquire();
        Stop joining = stopAtRead("waiter", 1);
        Actor<Hold> waiter = acquirer("waiter", lock);
        joining.awaitReached();
        assertThat(lock.waiting()).isZero();
        hold.close();
        joining.pass();
        waiter.result().close();
    }

    @Test
    void theLockIsReleasedBeforeTheWaiterParks() {
        Hold hold = lock.acquire();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", lock);
        aboutToPark.awaitReached();
        hold.close();
        aboutToPark.pass();
        waiter.result().close();
    }

    @Test
    void theOwnerDiesBeforeTheWaiterHasJoined() {
        Task owner = ownerOf(lock);
        Stop joining = stopAtRead("waiter", 1);
        Actor<Hold> waiter = acquirer("waiter", lock);
        joining.awaitReached();
        owner.end();
        joining.pass();
        assertThat(waiter.result().predecessorAbandoned()).isTrue();
    }

    @Test
    void theOwnerDiesBeforeTheWaiterParks() {
        Task owner = ownerOf(lock);
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", lock);
        aboutToPark.awaitReached();
        owner.end();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void poisonedBeforeTheWaiterHasJoined() {
        TaskLock poisonable = newLock(settings(OnOwnerEnd.POISON));
        Task owner = ownerOf(poisonable);
        Stop joining = stopAtRead("waiter", 1);
        Actor<Hold> waiter = acquirer("waiter", poisonable);
        joining.awaitReached();
        owner.end();
        joining.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(poisonable.waiting()).isZero();
    }

    @Test
    void whoWasBrokenNeverGetsTheLockThoughItIsFreeBeforeItWakes() {
        Task owner = ownerOf(lock);
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", lock);
        aboutToPark.awaitReached();
        owner.end();
        lock.acquire().close();
        assertThat(lock.isIdle()).isTrue();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void whoWasBrokenDoesNotHoldTheLockForAMomentEither() {
        Task owner = ownerOf(lock);
        // Reads: 1 joins, 2 looks, 3 has found it held; then it parks, and 4 looks, 5 has found that it cannot have it.
        Stop looked = stopAtRead("waiter", 5);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        owner.end();
        looked.awaitReached();
        assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
        assertThat(lock.tryLock()).isTrue();
        looked.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        lock.unlock();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void theLockIsNotFreeBeforeThoseInLineAreOut() {
        Task owner = ownerOf(lock);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        synchronized (lock.lot().monitor()) {
            Actor<Boolean> breaker = Actor.start("breaker", owner::end);
            Actor.awaitUntil(
                    () -> breaker.thread().getState() == Thread.State.BLOCKED, () -> "the break to want the monitor");
            assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);
        }
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void releasedAndOverdueAtOnceIsGranted() {
        Hold hold = lock.acquire();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Boolean> waiter = inOwnTask("waiter", () -> lock.tryLock(1, TimeUnit.SECONDS));
        aboutToPark.awaitReached();
        time.advance(Duration.ofSeconds(5));
        hold.close();
        aboutToPark.pass();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void grantedAndOverdueAtOnceIsGranted() {
        TaskLock fair = newLock(LockSettings.DEFAULTS.withFair(true));
        Hold hold = fair.acquire();
        Stop foundItHeld = stopAtRead("waiter", 3);
        Actor<Boolean> waiter = inOwnTask("waiter", () -> fair.tryLock(1, TimeUnit.SECONDS));
        foundItHeld.awaitReached();
        hold.close();
        time.advance(Duration.ofSeconds(5));
        foundItHeld.pass();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void whoRanOutOfTimeNeverOwnsLater() {
        Hold hold = lock.acquire();
        Actor<Boolean> waiter = inOwnTask("waiter", () -> lock.tryLock(1, TimeUnit.SECONDS));
        waiter.awaitParkedOn(lock.lot());
        time.advance(Duration.ofSeconds(1));
        assertThat(waiter.result()).isFalse();
        hold.close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void brokenAndOverdueAtOnceIsBroken() {
        Task owner = ownerOf(lock);
        Stop looked = stopAtRead("waiter", 3);
        Actor<Boolean> waiter = inOwnTask("waiter", () -> lock.tryLock(1, TimeUnit.SECONDS));
        looked.awaitReached();
        time.advance(Duration.ofSeconds(5));
        owner.end();
        looked.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void aGrantBeatsAnInterruptWhichIsKept() {
        Hold hold = lock.acquire();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            try (Hold mine = lock.acquire()) {
                return Thread.interrupted();
            }
        });
        aboutToPark.awaitReached();
        waiter.interrupt();
        hold.close();
        aboutToPark.pass();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void aBreakBeatsAnInterruptWhichIsKept() {
        Task owner = ownerOf(lock);
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            assertThatThrownBy(lock::lockInterruptibly).isInstanceOf(BrokenLockException.class);
            return Thread.interrupted();
        });
        aboutToPark.awaitReached();
        waiter.interrupt();
        owner.end();
        aboutToPark.pass();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void aWakeUpIsNotLostWithAReceiverThatGivesUp() {
        Hold hold = lock.acquire();
        // Reads: 1 joins, 2 looks, 3 has found it held; then it parks, and 4 looks, 5 has found it held again.
        Stop foundItHeld = stopAtRead("first", 5);
        Actor<Boolean> first = inOwnTask("first", () -> {
            try {
                lock.lockInterruptibly();
                return true;
            } catch (InterruptedException e) {
                return false;
            }
        });
        first.awaitParkedOn(lock.lot());
        Actor<Hold> second = acquirer("second", lock).awaitParkedOn(lock.lot());
        first.interrupt();
        foundItHeld.awaitReached();

        hold.close();
        second.awaitParkedOn(lock.lot());
        foundItHeld.pass();

        assertThat(first.result()).isFalse();
        second.result().close();
    }

    @Test
    void aWakeUpIsNotLostWithAReceiverThatRunsOutOfTime() {
        Hold hold = lock.acquire();
        Stop foundItHeld = stopAtRead("first", 3);
        Actor<Boolean> first = inOwnTask("first", () -> lock.tryLock(1, TimeUnit.SECONDS));
        foundItHeld.awaitReached();
        Actor<Hold> second = acquirer("second", lock).awaitParkedOn(lock.lot());

        hold.close();
        time.advance(Duration.ofSeconds(1));
        foundItHeld.pass();
        assertThat(first.result()).isFalse();
        second.result().close();
    }

    @Test
    void aWakeUpIsNotLostWithAReceiverWhoseTaskEnds() {
        Hold hold = lock.acquire();
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Stop foundItHeld = stopAtRead("first", 3);
        Actor<Hold> first = Actor.start("first", () -> in(ending, lock::acquire));
        foundItHeld.awaitReached();
        Actor<Hold> second = acquirer("second", lock).awaitParkedOn(lock.lot());

        hold.close();
        ending.end();
        foundItHeld.pass();
        assertThat(first.failure()).isInstanceOf(LockRefusedException.class);
        second.result().close();
    }

    @Test
    void closedByAnotherThreadBeforeTheOwnerEnds() {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Hold hold = in(owner, lock::acquire);
        Actor.run("other", hold::close).result();
        owner.end();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void closedByAnotherThreadAfterTheOwnerEnded() {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Hold hold = in(owner, lock::acquire);
        owner.end();
        Actor.run("other", hold::close).result();
        assertThat(events).as("abandoned, so not released").noneMatch(event -> event.startsWith("released"));
        assertThat(lock.acquire().predecessorAbandoned()).isTrue();
    }

    @Test
    void reEnteredAfterAnotherThreadClosedTheLastHold() {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        try (Attachment inside = owner.attach()) {
            Hold hold = lock.acquire();
            Actor.run("other", hold::close).result();
            try (Hold again = lock.acquire()) {
                assertThat(again.fencingToken()).isGreaterThan(hold.fencingToken());
            }
        }
        owner.end();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void repairedBetweenTheBreakAndTheWaitersWakeUp() {
        TaskLock poisonable = newLock(settings(OnOwnerEnd.POISON));
        Task owner = ownerOf(poisonable);
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", poisonable);
        aboutToPark.awaitReached();
        owner.end();
        poisonable.repair();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(poisonable.isIdle()).isTrue();
    }

    /** Joined a poisoned lock, and has found that it cannot take it; before it looks why, there is no reason any more. */
    @Test
    void repairedBeforeTheWaiterHasSeenThatTheLockIsPoisoned() {
        TaskLock poisonable = newLock(settings(OnOwnerEnd.POISON));
        Task owner = ownerOf(poisonable);
        Stop joining = new Stop();
        Stop looking = new Stop();
        AtomicInteger reads = new AtomicInteger();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("waiter")) {
                switch (reads.incrementAndGet()) {
                    case 1 -> joining.here();
                    case 3 -> looking.here();
                    default -> {}
                }
            }
        });
        Actor<Hold> waiter = acquirer("waiter", poisonable);
        joining.awaitReached();
        owner.end();
        joining.pass();
        looking.awaitReached();
        poisonable.repair();
        looking.pass();
        waiter.result().close();
        assertThat(poisonable.isIdle()).isTrue();
    }

    @Test
    void releasedByTheLenderWhileANestedTaskBorrows() {
        Hold hold = lock.acquire();
        String name = Thread.currentThread().getName();
        Task.runInTask("borrower", () -> {
            Stop aboutToBorrow = stopAtRead(name, 1);
            Actor.run("closer", () -> {
                aboutToBorrow.awaitReached();
                hold.close();
                aboutToBorrow.pass();
            });
            lock.acquire().close();
            return null;
        });
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void whoeverDiesWaitingWithoutLeavingTheQueueIsTakenOutByItsTasksEnd() {
        // What a StackOverflowError at the worst moment leaves: a place in the queue, and a hook that knows it.
        LockCell cell = new LockCell(
                lock.id(),
                LockSettings.DEFAULTS,
                new LockEnvironment(time, time, Gate.OPEN, Runnable::run, java.util.List.of()));
        ParkingLot lot = cell.queue().lot();
        Task dying = Task.start("dying", TaskKind.REQUEST);
        Waiter left = in(dying, () -> {
            Grant intent = new Grant(cell, dying, Grant.HOLD);
            dying.add(intent);
            intent.waiter = lot.join(dying);
            return intent.waiter;
        });
        Actor<Void> behind = Actor.run("behind", () -> {
                    lot.join(Task.current());
                    lot.park(Long.MAX_VALUE);
                })
                .awaitParkedOn(lot);
        dying.end();
        assertThat(lot.contains(left)).isFalse();
        behind.result();
    }

    /** The same, found out by its own thread, which goes on. */
    @Test
    void whoeverWithdrawsWithoutHavingLeftTheQueueWakesTheNext() {
        LockCell cell = new LockCell(lock.id(), LockSettings.DEFAULTS, environment());
        ParkingLot lot = cell.queue().lot();
        Task giving = Task.start("giving up", TaskKind.REQUEST);
        try (Attachment inside = giving.attach()) {
            Grant intent = new Grant(cell, giving, Grant.HOLD);
            giving.add(intent);
            intent.waiter = lot.join(giving, intent, false);
            Actor<Void> behind = Actor.run("behind", () -> {
                        lot.join(Task.current());
                        lot.park(Long.MAX_VALUE);
                    })
                    .awaitParkedOn(lot);
            cell.withdraw(intent);
            assertThat(lot.contains(intent.waiter)).isFalse();
            behind.result();
        }
    }

    @Test
    void whoeverGivesTheLockBackAndIsInLineForItStillLeavesTheLine() {
        LockCell cell = new LockCell(lock.id(), LockSettings.DEFAULTS, environment());
        ParkingLot lot = cell.queue().lot();
        Task struck = Task.start("struck", TaskKind.REQUEST);
        in(struck, () -> {
            Grant held = cell.take(Grant.HOLD, Patience.NONE);
            held.waiter = lot.join(struck, held, false);
            held.giveBack(Grant.HOLD);
            return held;
        });
        assertThat(lot.isEmpty()).isTrue();
        assertThat(cell.state()).isInstanceOf(Cell.Free.class);
    }
}
