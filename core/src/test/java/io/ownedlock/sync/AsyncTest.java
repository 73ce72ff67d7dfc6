package io.ownedlock.sync;

import static io.ownedlock.sync.News.failure;
import static io.ownedlock.sync.News.got;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.task.TaskKind;
import io.ownedlock.task.TaskState;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Futures that wait for the lock. */
class AsyncTest extends LockTesting {

    private final News news = new News();

    private TaskLock lock = newLock(LockSettings.DEFAULTS, news);

    private TaskLock newLock(LockSettings settings, Executor executor) {
        return TaskLock.create(
                new LockId("order", "42"),
                settings,
                new LockEnvironment(time, time, Gate.OPEN, executor, List.of(new LockListener() {
                    @Override
                    public void notAcquired(LockId lock, WaitOutcome outcome, long waitNanos) {
                        events.add(outcome.name());
                    }
                })));
    }

    private CompletableFuture<Hold> acquireAsync(Task task) {
        return in(task, lock::acquireAsync);
    }

    /** A future of this task that has got the lock, and was not told. */
    private CompletableFuture<Hold> untold(Task task) {
        Hold hold = lock.acquire();
        CompletableFuture<Hold> future = acquireAsync(task);
        hold.close();
        return future;
    }

    private static Task request(String name) {
        return Task.start(name, TaskKind.REQUEST);
    }

    @Test
    void aFreeLockIsGotAtOnceForTheCallingTask() {
        Task task = request("task");
        Hold hold = acquireAsync(task).join();
        assertThat(lock.snapshot().owner().name()).isEqualTo("task");
        assertThat(acquireAsync(task).isDone()).as("again").isTrue();
        assertThat(lock.snapshot().count()).isEqualTo(2);
        task.end();
        hold.close();
        assertThat(lock.snapshot().abandonment()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void waitsInLineWithThreadsAndIsToldElsewhere(boolean fair) {
        lock = newLock(LockSettings.DEFAULTS.withFair(fair), news);
        Hold first = lock.acquire();
        CompletableFuture<Hold> second = acquireAsync(request("second"));
        Actor<Hold> third = acquirer("third", lock).awaitParkedOn(lock.lot());
        CompletableFuture<Hold> fourth = acquireAsync(request("fourth"));
        assertThat(waiting(lock)).containsExactly("second", "third", "fourth");

        first.close();
        assertThat(lock.snapshot().owner().name()).isEqualTo("second");
        assertThat(second).as("never inside somebody else's release").isNotDone();
        news.tell();
        got(second).close();
        third.result().close();
        assertThat(fourth).isNotDone();
        news.tell();
        got(fourth).close();
        assertThat(lock.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"BREAK", "POISON"})
    void isToldWhenTheOwnerEnds(OnOwnerEnd policy) {
        lock = newLock(settings(policy), news);
        Task owner = ownerOf(lock);
        CompletableFuture<Hold> waiting = acquireAsync(request("waiting"));
        owner.end(new IllegalStateException("the owner's"));
        news.tell();
        assertThat(failure(waiting)).isInstanceOf(BrokenLockException.class).hasRootCauseMessage("the owner's");
        assertThat(events).containsExactly("BROKEN");
    }

    @Test
    void inheritsFromADeadOwner() {
        lock = newLock(settings(OnOwnerEnd.HAND_OVER), news);
        Task owner = ownerOf(lock);
        CompletableFuture<Hold> heir = acquireAsync(request("heir"));
        owner.end();
        news.tell();
        assertThat(got(heir).predecessorAbandoned()).isTrue();
    }

    @Test
    void aPoisonedLockFailsAtOnce() {
        lock = newLock(settings(OnOwnerEnd.POISON), news);
        ownerOf(lock).end();
        assertThatThrownBy(() -> acquireAsync(request("late"))).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void cancellingLeavesNothingBehind() {
        Hold hold = lock.acquire();
        Task task = request("waiting");
        CompletableFuture<Hold> waiting = acquireAsync(task);
        CompletableFuture<Hold> next = acquireAsync(request("next"));
        assertThat(waiting.cancel(true)).isTrue();
        assertThat(events).containsExactly("INTERRUPTED");
        assertThat(lock.waiting()).isEqualTo(1);
        hold.close();
        news.tell();
        got(next).close();
        task.end();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void cancelledBetweenTheGrantAndItsNewsTheLockGoesOn() {
        Hold hold = lock.acquire();
        CompletableFuture<Hold> waiting = acquireAsync(request("waiting"));
        CompletableFuture<Hold> next = acquireAsync(request("next"));
        hold.close();
        assertThat(lock.snapshot().owner().name()).isEqualTo("waiting");
        waiting.cancel(true);
        news.tell();
        got(next).close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void cancelledBeforeItsNewsItHasNotPutRightWhatWasAbandoned() {
        lock = newLock(settings(OnOwnerEnd.HAND_OVER), news);
        Task owner = ownerOf(lock);
        CompletableFuture<Hold> waiting = acquireAsync(request("waiting"));
        owner.end();
        waiting.cancel(true);
        news.tell();
        assertThat(lock.acquire().predecessorAbandoned()).isTrue();
    }

    /** The lock is the task's before its future knows, and the task's thread may take it again: then it keeps it. */
    @Test
    void takenAgainBeforeTheNewsItIsNotTakenAwayByCancelling() {
        Hold hold = lock.acquire();
        Task task = request("task");
        CompletableFuture<Hold> waiting = acquireAsync(task);
        hold.close();
        Hold again = in(task, lock::acquire);
        waiting.cancel(true);
        news.tell();
        assertThat(lock.snapshot().count()).isEqualTo(1);
        assertThat(acquirer("next", lock).awaitParkedOn(lock.lot()).isDone()).isFalse();
        again.close();
    }

    @Test
    void takenAgainBeforeTheNewsItIsNotTakenAwayByTheTasksEnd() {
        Hold hold = lock.acquire();
        Task task = request("task");
        try (Attachment inside = task.attach()) {
            CompletableFuture<Hold> waiting = lock.acquireAsync();
            hold.close();
            lock.lock();
            task.end();
            news.tell();
            assertThat(failure(waiting)).isInstanceOf(LockRefusedException.class);
            assertThat(acquirer("next", lock).awaitParkedOn(lock.lot()).isDone())
                    .isFalse();
            lock.unlock();
        }
    }

    @Test
    void cancellingWhatIsDerivedChangesNothing() {
        Hold hold = lock.acquire();
        CompletableFuture<Hold> waiting = acquireAsync(request("waiting"));
        waiting.thenApply(mine -> mine).cancel(true);
        assertThat(lock.waiting()).isEqualTo(1);
        hold.close();
        news.tell();
        got(waiting).close();
    }

    @Test
    void theEndOfTheWaitingTaskFailsItsFuture() {
        Hold hold = lock.acquire();
        Task task = request("waiting");
        CompletableFuture<Hold> waiting = acquireAsync(task);
        CompletableFuture<Hold> next = acquireAsync(request("next"));
        task.end();
        news.tell();
        assertThat(failure(waiting)).isInstanceOf(LockRefusedException.class);
        assertThat(events).containsExactly("REFUSED");
        hold.close();
        news.tell();
        got(next).close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void theTaskEndsBetweenTheGrantAndItsNews() {
        Hold hold = lock.acquire();
        Task task = request("waiting");
        CompletableFuture<Hold> waiting = acquireAsync(task);
        CompletableFuture<Hold> next = acquireAsync(request("next"));
        hold.close();
        task.end();
        news.tell();
        assertThat(failure(waiting)).isInstanceOf(LockRefusedException.class);
        assertThat(next.join().predecessorAbandoned()).isFalse();
        next.join().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aTaskThatIsEndingGetsNothingNew() {
        Task task = request("ending");
        try (Attachment ignored = task.attach()) {
            task.end();
            assertThat(task.state()).isEqualTo(TaskState.ENDING);
            assertThatThrownBy(lock::acquireAsync).isInstanceOf(LockRefusedException.class);
        }
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void joinedAfterTheReleaseItIsNotForgotten() {
        Hold hold = lock.acquire();
        Task task = request("late");
        boolean[] released = {false};
        // The first reading of the clock is on the way into the queue.
        time.onRead(() -> {
            if (!released[0] && Task.current() == task) {
                released[0] = true;
                hold.close();
            }
        });
        CompletableFuture<Hold> late = acquireAsync(task);
        news.tell();
        got(late).close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aDeadThreadIsFoundByWhoQueues() {
        Actor.runAndDie("mortal", lock::lock);
        assertThat(acquireAsync(request("next")).join().predecessorAbandoned()).isTrue();
    }

    @Test
    void timeRunsOut() {
        lock = newLock(LockSettings.DEFAULTS, Runnable::run);
        ownerOf(lock);
        CompletableFuture<Hold> none = in(request("impatient"), () -> lock.acquireAsync(Duration.ZERO));
        CompletableFuture<Hold> little = in(request("patient"), () -> lock.acquireAsync(Duration.ofMillis(1)));
        Actor.awaitUntil(() -> none.isDone() && little.isDone(), () -> "the time to run out");
        assertThat(failure(none)).isInstanceOf(WaitTooLongException.class);
        assertThat(failure(little)).isInstanceOf(WaitTooLongException.class).hasMessageContaining("'owner'");
        assertThat(lock.waiting()).isZero();
        assertThat(events).containsExactly("TIMED_OUT", "TIMED_OUT");
    }

    @Test
    void anExecutorThatRefusesDoesNotLoseTheLock() {
        lock = newLock(LockSettings.DEFAULTS, command -> {
            throw new RejectedExecutionException("shut down");
        });
        Hold hold = lock.acquire();
        CompletableFuture<Hold> waiting = acquireAsync(request("waiting"));
        hold.close();
        Actor.start("joiner", waiting::join).result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void thereIsRoomForSoMany() {
        lock = newLock(LockSettings.DEFAULTS.withMaxWaiters(0), news);
        Hold hold = lock.acquire();
        Task task = request("refused");
        assertThatThrownBy(() -> acquireAsync(task)).isInstanceOf(LockRefusedException.class);
        hold.close();
        task.end();
        assertThat(lock.isIdle()).isTrue();
    }

    /** Its end finds nobody in the queue, so it must find its end itself. */
    @Test
    void itsTaskEndsBeforeItHasJoined() {
        ownerOf(lock);
        Task task = request("task");
        Stop joining = stopAtRead("asker", 1);
        AtomicReference<CompletableFuture<Hold>> future = new AtomicReference<>();
        Actor<Integer> asker = Actor.start(
                "asker",
                () -> in(task, () -> {
                    future.set(lock.acquireAsync());
                    return lock.waiting();
                }));
        joining.awaitReached();
        task.end();
        joining.pass();
        assertThat(asker.result()).as("before its thread has left it").isZero();
        news.tell();
        assertThat(failure(future.get())).isInstanceOf(LockRefusedException.class);
    }

    @Test
    void whatNobodyWantedIsHeardToBeReleased() {
        TaskLock heard = TaskLock.create(lock.id(), LockSettings.DEFAULTS, environment(news));
        Hold hold = heard.acquire();
        CompletableFuture<Hold> unwanted = in(request("task"), heard::acquireAsync);
        hold.close();
        events.clear();
        unwanted.cancel(true);
        time.advance(Duration.ofSeconds(5));
        news.tell();
        assertThat(events).contains("released order[42] after 5000000000");
        assertThat(heard.isIdle()).isTrue();
    }

    @Test
    void andIsNotAsLongAsItsTaskHasTakenTheLockItself() {
        TaskLock heard = TaskLock.create(lock.id(), LockSettings.DEFAULTS, environment(news));
        Hold hold = heard.acquire();
        Task task = request("task");
        CompletableFuture<Hold> unwanted = in(task, heard::acquireAsync);
        hold.close();
        Hold own = in(task, heard::acquire);
        events.clear();
        unwanted.cancel(true);
        news.tell();
        assertThat(events).noneMatch(event -> event.startsWith("released"));
        own.close();
        assertThat(events).anyMatch(event -> event.startsWith("released"));
        assertThat(heard.isIdle()).isTrue();
    }

    /** What a user's executor may throw besides: its own decorators fail, or it is not ready. */
    @Test
    void anExecutorThatFailsHarmsNobodyInLine() {
        lock = newLock(LockSettings.DEFAULTS, command -> {
            throw new IllegalStateException("not initialized");
        });
        Task owner = ownerOf(lock);
        CompletableFuture<Hold> first = acquireAsync(request("first"));
        Actor<Hold> second = acquirer("second", lock).awaitParkedOn(lock.lot());
        owner.end();
        Actor.awaitUntil(first::isDone, () -> "news");
        assertThat(failure(first)).isInstanceOf(BrokenLockException.class);
        assertThat(second.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void timeRunsOutWithoutAnExecutorToo() {
        lock = newLock(LockSettings.DEFAULTS, command -> {
            throw new RejectedExecutionException("saturated");
        });
        ownerOf(lock);
        CompletableFuture<Hold> future = in(request("patient"), () -> lock.acquireAsync(Duration.ofMillis(1)));
        Actor.awaitUntil(future::isDone, () -> "the time to run out");
        assertThat(failure(future)).isInstanceOf(WaitTooLongException.class);
    }

    /** What the task asks for after the grant is there at once, before its first future is told. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theTaskEndsAfterASecondFutureHasBroughtTheLock(boolean toldBefore) {
        lock = newLock(settings(OnOwnerEnd.POISON), news);
        Task task = request("twice");
        CompletableFuture<Hold> first = untold(task);
        CompletableFuture<Hold> second = acquireAsync(task);
        assertThat(first).isNotDone();
        assertThat(second).isCompleted();
        in(task, () -> {
            task.end();
            if (toldBefore) {
                news.tell();
            }
            return null;
        });
        assertThat(lock.state()).isEqualTo(LockState.POISONED);
        news.tell();
        assertThat(failure(first)).isInstanceOf(LockRefusedException.class);
        second.join().close();
        assertThat(lock.ownershipOf(task)).isNull();
    }

    /** The future may be told before who has asked for it knows where it waits. */
    @Test
    void aGrantThatIsToldIsTheTasksWhoeverWritesLate() {
        lock = newLock(settings(OnOwnerEnd.POISON), Runnable::run);
        Hold hold = lock.acquire();
        Task task = request("late");
        CompletableFuture<Hold> future = acquireAsync(task);
        Waiter waiter = lock.lot().first();
        hold.close();
        assertThat(future).isCompleted();
        lock.ownershipOf(task).waiter = waiter;
        task.end();
        assertThat(lock.state()).isEqualTo(LockState.POISONED);
    }

    @Test
    void whatIsForsakenStaysSo() {
        LockCell cell = new LockCell(lock.id(), LockSettings.DEFAULTS, environment());
        Grant grant = new Grant(cell, request("gone"), Grant.HOLD_BY_FUTURE);
        grant.forsake();
        assertThat(grant.takeOff(Grant.HOLD_BY_FUTURE)).isFalse();
        assertThat(grant.isOpen()).isFalse();
    }

    /** Its lender is gone before it knows, so that nobody else can tell. */
    @ParameterizedTest
    @EnumSource(
            value = LockKind.class,
            names = {"LOCK", "READ_WRITE"})
    void aBorrowersDeathIsToldToTheNextIfItsLenderWasNever(LockKind kind) {
        lock = newLock(settings(OnOwnerEnd.POISON), news);
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), settings(OnOwnerEnd.POISON), environment(news));
        HoldableLock wanted = kind == LockKind.LOCK ? lock : pair.writeLock();
        Primitive primitive = kind == LockKind.LOCK ? lock : pair;
        Hold hold = wanted.acquire();
        Task receiver = request("receiver");
        in(receiver, wanted::acquireAsync);
        hold.close();
        in(receiver, () -> {
            Task.runInTask("child", () -> {
                wanted.lock();
                return null;
            });
            return null;
        });
        receiver.end();
        try (Hold next = wanted.acquire()) {
            assertThat(next.predecessor().owner().name()).isEqualTo("child");
        }
        assertThat(primitive.isIdle()).isTrue();
    }

    /** Whoever finds the receiver ended, while its end is at work. */
    @Test
    void whatIsRecalledIsNotLeftBehind() {
        lock = newLock(settings(OnOwnerEnd.POISON), news);
        Task receiver = request("receiver");
        CompletableFuture<Hold> future = untold(receiver);
        Ownership grant = lock.ownershipOf(receiver);
        in(receiver, () -> {
            receiver.add(new ExitHook() {
                @Override
                protected void onEnded(Task task, TaskEnd end) {
                    assertThat(grant.recall()).isTrue();
                    grant.forsake();
                    CompletableFuture<Hold> stranger = acquireAsync(request("stranger"));
                    assertThat(stranger).isCompleted();
                }
            });
            return null;
        });
        receiver.end();
        assertThat(owners(lock)).containsExactly("stranger");
        assertThat(future).isNotDone();
    }

    /** Either the future brings the lock, or it goes on to the next. */
    @Test
    void theTaskEndsAsItsFutureIsTold() {
        lock = newLock(settings(OnOwnerEnd.POISON), news);
        Task receiver = request("receiver");
        CompletableFuture<Hold> future = untold(receiver);
        Stop telling = stopAtRead("news", 1);
        Actor<Void> teller = Actor.run("news", news::tell);
        telling.awaitReached();
        receiver.end();
        telling.pass();
        teller.result();
        assertThat(failure(future)).isInstanceOf(LockRefusedException.class);
        assertThat(lock.isIdle()).isTrue();
    }

    /** Nobody is inside, as after any other that was closed. */
    @Test
    void theTaskEndsAfterItHasGivenBackWhatASecondFutureHasBrought() {
        lock = newLock(settings(OnOwnerEnd.POISON), news);
        Task task = request("twice");
        CompletableFuture<Hold> first = untold(task);
        acquireAsync(task).join().close();
        task.end();
        assertThat(lock.isIdle()).isTrue();
        news.tell();
        assertThat(failure(first)).isInstanceOf(LockRefusedException.class);
    }

    /** Whoever was told has taken off its grip, and is about to take the grant out. */
    @Test
    void theTaskEndsAsItGivesBackWhatItsFutureHasBrought() {
        lock = newLock(settings(OnOwnerEnd.POISON), news);
        Task task = request("refused");
        CompletableFuture<Hold> future = untold(task);
        Ownership grant = lock.ownershipOf(task);
        assertThat(grant.arrive()).isTrue();
        assertThat(grant.takeOff(Ownership.HOLD_BY_FUTURE)).isTrue();
        task.end();
        assertThat(lock.isIdle()).isTrue();
        news.tell();
        assertThat(failure(future)).isInstanceOf(LockRefusedException.class);
    }
}
