package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A future may bring the lock to a task that is in the queue itself, or around one that is: nobody waits for itself there. */
class OwnWaitersTest extends LockTesting {

    private final Task task = Task.start("task", TaskKind.REQUEST);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTaskThatHasGotTheLockByAFutureNoLongerWaitsForIt(boolean fair) {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withFair(fair));
        Hold first = lock.acquire();
        CompletableFuture<Hold> future = in(task, lock::acquireAsync);
        Actor<Hold> thread =
                Actor.start("thread", () -> in(task, lock::acquire)).awaitParkedOn(lock.lot());

        first.close();
        Hold second = thread.result();
        assertThat(future).isDone();
        future.join().close();
        assertThat(lock.snapshot().owner().name()).isEqualTo("task");
        second.close();
        assertThat(lock.isIdle()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void norDoesATaskNestedInIt(boolean fair) {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withFair(fair));
        Hold first = lock.acquire();
        CompletableFuture<Hold> future = in(task, lock::acquireAsync);
        Actor<Void> thread = Actor.start(
                        "thread",
                        () -> in(task, () -> {
                            Task.runInTask("nested", () -> {
                                lock.acquire().close();
                                return null;
                            });
                            return (Void) null;
                        }))
                .awaitParkedOn(lock.lot());

        first.close();
        thread.result();
        future.join().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void norDoAnotherFutureOfItOrOneThatJoinsLate() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Hold first = lock.acquire();
        CompletableFuture<Hold> one = in(task, lock::acquireAsync);
        CompletableFuture<Hold> stranger = in(Task.start("stranger", TaskKind.REQUEST), lock::acquireAsync);
        CompletableFuture<Hold> two = in(task, lock::acquireAsync);

        first.close();
        assertThat(one).isDone();
        assertThat(two).isDone();
        assertThat(stranger).isNotDone();
        one.join().close();
        assertThat(stranger).isNotDone();
        two.join().close();
        stranger.join().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void norAfterAnInheritance() {
        TaskLock lock = newLock(settings(OnOwnerEnd.HAND_OVER));
        Task dying = ownerOf(lock);
        CompletableFuture<Hold> future = in(task, lock::acquireAsync);
        Actor<Hold> thread =
                Actor.start("thread", () -> in(task, lock::acquire)).awaitParkedOn(lock.lot());

        dying.end();
        Hold hold = thread.result();
        assertThat(hold.predecessorAbandoned()).isTrue();
        hold.close();
        future.join().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void itsEndGivesUpAllOfIt() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Hold first = lock.acquire();
        CompletableFuture<Hold> one = in(task, lock::acquireAsync);
        CompletableFuture<Hold> two = in(task, lock::acquireAsync);
        first.close();
        assertThat(one).isDone();
        assertThat(two).isDone();

        task.end();
        assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
        assertThat(lock.snapshot().abandonment().owner().name()).isEqualTo("task");
    }

    @Test
    void aFutureOfADeadThreadLeavesTheQueueWhenTheWatchdogComes() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Hold first = lock.acquire();
        Actor.runAndDie("dying", lock::acquireAsync);
        assertThat(lock.waiting()).isOne();

        lock.inspectOwners();
        assertThat(lock.waiting()).isZero();
        first.close();
    }

    @Test
    void unlockingIsForWhatItsThreadHasLockedWhateverAFutureHasBroughtSince() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Hold first = lock.acquire();
        CompletableFuture<Hold> future = in(task, lock::acquireAsync);
        Stop freeAndNotPassedOn = stopAtRead("releaser", 1);
        Actor<Void> releaser = Actor.run("releaser", first::close);
        freeAndNotPassedOn.awaitReached();
        assertThat(in(task, () -> lock.tryLock())).isTrue();
        freeAndNotPassedOn.pass();
        releaser.result();
        assertThat(future).isDone();

        in(task, () -> {
            lock.unlock();
            return null;
        });
        assertThat(in(task, lock::isHeldByCurrentTask)).isTrue();
        future.join().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void soItIsForASideOfAPair() {
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Hold first = pair.writeLock().acquire();
        CompletableFuture<Hold> future = in(task, pair.readLock()::acquireAsync);
        Actor<Void> thread = Actor.start(
                        "thread",
                        () -> in(task, () -> {
                            pair.readLock().lock();
                            pair.readLock().unlock();
                            return (Void) null;
                        }))
                .awaitParkedOn(pair.lot());
        first.close();
        thread.result();
        future.join().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void aTaskThatHasGotASideByAFutureNoLongerWaitsForIt() {
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Hold first = pair.writeLock().acquire();
        CompletableFuture<Hold> future = in(task, pair.writeLock()::acquireAsync);
        CompletableFuture<Hold> stranger = in(Task.start("stranger", TaskKind.REQUEST), pair.writeLock()::acquireAsync);
        Actor<Hold> thread =
                Actor.start("thread", () -> in(task, pair.writeLock()::acquire)).awaitParkedOn(pair.lot());
        first.close();
        Hold second = thread.result();
        assertThat(stranger).isNotDone();
        second.close();
        future.join().close();
        stranger.join().close();
        assertThat(pair.isIdle()).isTrue();
    }

    /** Or somebody would be inside whose lender waits to be notified, and comes back to find it there. */
    @Test
    void aTaskDoesNotWaitForAConditionWithWhatItHasJustLent() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        TaskCondition condition = lock.newCondition();
        Task nested = nestedIn(task, "nested");
        in(task, () -> lock.tryLock());
        Stop lookedAndNotGivenUp = stopAtRead("waiter", 1);
        Actor<Void> waiter = Actor.start(
                "waiter",
                () -> in(task, () -> {
                    condition.await();
                    return (Void) null;
                }));
        lookedAndNotGivenUp.awaitReached();
        Hold lent = in(nested, lock::acquire);
        lookedAndNotGivenUp.pass();

        assertThat(waiter.failure()).isInstanceOf(IllegalMonitorStateException.class);
        assertThat(condition.waiting()).isZero();
        lent.close();
        in(task, () -> {
            lock.unlock();
            return null;
        });
        assertThat(lock.isIdle()).isTrue();
    }

    /** Whatever is chained to the future may be inside, on another thread. */
    @Test
    void norWithWhatAFutureHasBroughtBefore() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        TaskCondition condition = lock.newCondition();
        Hold byFuture = in(task, lock::acquireAsync).join();
        in(task, () -> {
            lock.lock();
            assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(condition::await);
            lock.unlock();
            return null;
        });
        assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);
        byFuture.close();
        assertThat(lock.isIdle()).isTrue();
    }

    /** The lock has come to its task after it was found to be somebody else's, and there is a stranger before it in line. */
    @Test
    void norDoesAFutureThatFoundTheLockTakenAndJoinsWhenItIsItsTasks() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Hold first = lock.acquire();
        CompletableFuture<Hold> one = in(task, lock::acquireAsync);
        Actor<Hold> stranger = acquirer("stranger", lock).awaitParkedOn(lock.lot());
        Stop joining = stopAtRead("asker", 1);
        Actor<CompletableFuture<Hold>> asker = Actor.start("asker", () -> in(task, lock::acquireAsync));
        joining.awaitReached();
        first.close();
        assertThat(one).isDone();
        joining.pass();
        CompletableFuture<Hold> two = asker.result();
        assertThat(two).isDone();
        one.join().close();
        two.join().close();
        stranger.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void norDoesOneThatFoundASideTaken() {
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Hold first = pair.writeLock().acquire();
        CompletableFuture<Hold> one = in(task, pair.writeLock()::acquireAsync);
        Actor<Hold> stranger = inOwnTask("stranger", pair.writeLock()::acquire).awaitParkedOn(pair.lot());
        // Reads: 1 tries, 2 joins.
        Stop joining = stopAtRead("asker", 2);
        Actor<CompletableFuture<Hold>> asker = Actor.start("asker", () -> in(task, pair.writeLock()::acquireAsync));
        joining.awaitReached();
        first.close();
        assertThat(one).isDone();
        joining.pass();
        CompletableFuture<Hold> two = asker.result();
        assertThat(two).isDone();
        one.join().close();
        two.join().close();
        stranger.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void norDoesAThreadThatFoundASideTaken() {
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Hold first = pair.writeLock().acquire();
        CompletableFuture<Hold> one = in(task, pair.writeLock()::acquireAsync);
        Actor<Hold> stranger = inOwnTask("stranger", pair.writeLock()::acquire).awaitParkedOn(pair.lot());
        Stop joining = stopAtRead("asker", 2);
        Actor<Hold> asker = Actor.start("asker", () -> in(task, pair.writeLock()::acquire));
        joining.awaitReached();
        first.close();
        assertThat(one).isDone();
        joining.pass();
        asker.result().close();
        one.join().close();
        stranger.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void norDoesOneOfADeadThreadStayInTheLineForAPair() {
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Hold first = pair.writeLock().acquire();
        CompletableFuture<Hold> next = in(task, pair.writeLock()::acquireAsync);
        Actor.runAndDie("dying", pair.readLock()::acquireAsync);
        assertThat(pair.waiting()).isEqualTo(2);

        pair.inspectOwners();
        assertThat(waiting(pair)).containsExactly("task");
        first.close();
        next.join().close();
    }

    /** The second of two nested ones can only be served when the loan to the first is back. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLoanThatComesBackGoesToTheNextAtHome(boolean fair) {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withFair(fair));
        Hold first = lock.acquire();
        CompletableFuture<Hold> outer = in(task, lock::acquireAsync);
        Actor<Hold> stranger = acquirer("stranger", lock).awaitParkedOn(lock.lot());
        CompletableFuture<Hold> one = in(nestedIn(task, "one"), lock::acquireAsync);
        CompletableFuture<Hold> two = in(nestedIn(task, "two"), lock::acquireAsync);

        first.close();
        assertThat(one).isDone();
        assertThat(two).isNotDone();
        one.join().close();
        assertThat(two).as("its turn before any stranger's").isDone();
        two.join().close();
        outer.join().close();
        stranger.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aThreadThatComesOutOfTheLineLetsInWhoIsNestedInItsTask(boolean fair) {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withFair(fair));
        Task nested = nestedIn(task, "nested");
        Hold first = lock.acquire();
        Actor<Hold> outer = Actor.start("outer", () -> in(task, lock::acquire)).awaitParkedOn(lock.lot());
        Actor<Hold> stranger = acquirer("stranger", lock).awaitParkedOn(lock.lot());
        Actor<Hold> inner =
                Actor.start("inner", () -> in(nested, lock::acquire)).awaitParkedOn(lock.lot());

        first.close();
        inner.result().close();
        outer.result().close();
        stranger.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aThreadThatOvertakesLetsInItsOwnFuture() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Hold first = lock.acquire();
        Actor<Hold> stranger = acquirer("stranger", lock).awaitParkedOn(lock.lot());
        CompletableFuture<Hold> future = in(task, lock::acquireAsync);
        Stop woken = stopAtRead("stranger", 1);

        first.close();
        woken.awaitReached();
        Hold overtaken = in(task, lock::acquire);
        woken.pass();
        assertThat(future).isDone();
        future.join().close();
        overtaken.close();
        stranger.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    /** It had given the lock up, and its parent has it now: it may come back as it could come in. */
    @Test
    void aNestedTaskThatWasNotifiedComesBackIntoWhatItsParentHolds() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        TaskCondition condition = lock.newCondition();
        Task nested = nestedIn(task, "nested");
        Actor<Void> inner = Actor.start(
                "inner",
                () -> in(nested, () -> {
                    lock.lock();
                    condition.awaitUninterruptibly();
                    lock.unlock();
                    return (Void) null;
                }));
        Actor.awaitUntil(
                () -> condition.waiting() == 1 && lock.snapshot().owner() == null, () -> "the nested one to wait");
        Hold outer = in(task, () -> {
            Hold hold = lock.acquire();
            condition.signal();
            return hold;
        });
        inner.result();
        outer.close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aPairLetsThemInToo() {
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Task nested = nestedIn(task, "nested");
        Task another = nestedIn(task, "another");
        Hold first = pair.writeLock().acquire();
        Actor<Hold> outer =
                Actor.start("outer", () -> in(task, pair.writeLock()::acquire)).awaitParkedOn(pair.lot());
        CompletableFuture<Hold> stranger = in(Task.start("stranger", TaskKind.REQUEST), pair.writeLock()::acquireAsync);
        Actor<Hold> inner = Actor.start("inner", () -> in(nested, pair.writeLock()::acquire))
                .awaitParkedOn(pair.lot());
        CompletableFuture<Hold> sibling = in(another, pair.readLock()::acquireAsync);

        first.close();
        Hold lent = inner.result();
        assertThat(sibling).as("beside its sibling's writing").isNotDone();
        lent.close();
        assertThat(sibling).isDone();
        assertThat(stranger).isNotDone();
        sibling.join().close();
        outer.result().close();
        stranger.join().close();
        assertThat(pair.isIdle()).isTrue();
    }

    /** Should it be in line for what it has. */
    @Test
    void nobodyBorrowsFromItself() {
        LockCell cell = new LockCell(new LockId("order", "42"), LockSettings.DEFAULTS, environment());
        in(task, () -> {
            Grant grant = cell.take(Grant.LOCK, Patience.NONE);
            Waiter waiter = cell.queue().lot().join(task, grant, false);
            grant.waiter = waiter;
            cell.queue().joined(waiter);
            cell.queue().lookAtHome();
            assertThat(grant.lender).isNull();
            assertThat(cell.queue().claim(waiter)).isFalse();
            return null;
        });
    }
}
