package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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

    /** Or the lock would be held by a task that waits to be notified, and comes back to find itself there. */
    @Test
    void aTaskDoesNotWaitForAConditionWithWhatAFutureHasJustBrought() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        TaskCondition condition = lock.newCondition();
        Hold first = lock.acquire();
        CompletableFuture<Hold> future = in(task, lock::acquireAsync);
        Stop freeAndNotPassedOn = new Stop();
        Stop lookedAndNotGivenUp = new Stop();
        time.onRead(() -> {
            switch (Thread.currentThread().getName()) {
                case "releaser" -> freeAndNotPassedOn.here();
                case "waiter" -> lookedAndNotGivenUp.here();
                default -> {}
            }
        });
        Actor<Void> releaser = Actor.run("releaser", first::close);
        freeAndNotPassedOn.awaitReached();
        assertThat(in(task, () -> lock.tryLock())).isTrue();
        Actor<Void> waiter = Actor.start(
                "waiter",
                () -> in(task, () -> {
                    condition.await();
                    return (Void) null;
                }));
        lookedAndNotGivenUp.awaitReached();
        freeAndNotPassedOn.pass();
        releaser.result();
        assertThat(future).isDone();
        lookedAndNotGivenUp.pass();

        assertThat(waiter.failure()).isInstanceOf(IllegalMonitorStateException.class);
        assertThat(condition.waiting()).isZero();
        future.join().close();
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
}
