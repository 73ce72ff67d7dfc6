package io.ownedlock.sync;

import static io.ownedlock.sync.News.failure;
import static io.ownedlock.sync.News.got;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Futures that wait for either side of the pair. */
class ReadWriteAsyncTest extends ReadWriteTesting {

    private final News news = new News();

    private TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS, news);

    private TaskReadWriteLock newPair(LockSettings settings, Executor executor) {
        return TaskReadWriteLock.create(new LockId("order", "42"), settings, environment(executor));
    }

    private ReadWriteSide side(Side side) {
        return side == Side.READ ? pair.readLock() : pair.writeLock();
    }

    private static Task request(String name) {
        return Task.start(name, TaskKind.REQUEST);
    }

    private static CompletableFuture<Hold> future(String name, ReadWriteSide side) {
        return in(request(name), side::acquireAsync);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aFreeLockIsGotAtOnceForTheCallingTask(Side side) {
        Task task = request("task");
        Hold hold = got(in(task, side(side)::acquireAsync));
        assertThat(in(task, side(side)::isHeldByCurrentTask)).isTrue();
        got(in(task, side(side)::acquireAsync));
        task.end();
        hold.close();
        assertThat(readers(pair)).isEmpty();
        assertThat(pair.snapshot().abandonment() == null).isEqualTo(side == Side.READ);
    }

    @Test
    void futuresAndThreadsStandInOneLineAndAreToldElsewhere() {
        Hold first = pair.writeLock().acquire();
        CompletableFuture<Hold> reader = future("reader", pair.readLock());
        Actor<Hold> another = waiter("another", pair, pair.readLock());
        CompletableFuture<Hold> writer = future("writer", pair.writeLock());
        CompletableFuture<Hold> late = future("late", pair.readLock());
        assertThat(waiting(pair)).containsExactly("reader", "another", "writer", "late");

        first.close();
        assertThat(readers(pair)).containsExactly("reader", "another");
        assertThat(reader).as("never inside somebody else's release").isNotDone();
        news.tell();
        got(reader).close();
        another.result().close();
        assertThat(writers(pair)).containsExactly("writer");
        news.tell();
        assertThat(late).isNotDone();
        got(writer).close();
        news.tell();
        got(late).close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void isToldWhenAWriterEnds() {
        Task owner = holder("owner", pair.writeLock());
        CompletableFuture<Hold> reader = future("reader", pair.readLock());
        owner.end(new IllegalStateException("the owner's"));
        news.tell();
        assertThat(failure(reader)).isInstanceOf(BrokenLockException.class).hasRootCauseMessage("the owner's");
        assertThat(events).contains("BROKEN order[42] after 0");
    }

    @Test
    void isToldOfASeal() {
        holder("owner", pair.writeLock());
        CompletableFuture<Hold> reader = future("reader", pair.readLock());
        pair.breakWaiters();
        news.tell();
        assertThat(failure(reader)).isInstanceOf(BrokenLockException.class).hasMessageContaining("OPERATOR");
        assertThatThrownBy(() -> future("late", pair.readLock())).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void whoSealsLetsThoseInWhoWaitedOnlyBecauseOfAFuture() {
        Hold hold = pair.readLock().acquire();
        CompletableFuture<Hold> writer = future("writer", pair.writeLock());
        Actor<Hold> behind = waiter("behind", pair, pair.readLock());
        pair.breakWaiters();
        behind.result().close();
        news.tell();
        assertThat(failure(writer)).isInstanceOf(BrokenLockException.class);
        hold.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void upgradingIsRefusedAtOnce() {
        try (Hold hold = pair.readLock().acquire()) {
            assertThatThrownBy(pair.writeLock()::acquireAsync).isInstanceOf(IllegalMonitorStateException.class);
        }
        assertThat(pair.isIdle()).isTrue();
    }

    /** What waited only because of the one that is cancelled is served at once. */
    @Test
    void cancellingLeavesNothingBehind() {
        Hold hold = pair.readLock().acquire();
        Task task = request("writer");
        CompletableFuture<Hold> writer = in(task, pair.writeLock()::acquireAsync);
        Actor<Hold> behind = waiter("behind", pair, pair.readLock());
        assertThat(writer.cancel(true)).isTrue();
        behind.result().close();
        hold.close();
        news.tell();
        task.end();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void cancelledBetweenTheGrantAndItsNewsTheLockGoesOn(Side side) {
        Hold hold = pair.writeLock().acquire();
        Task task = request("waiting");
        CompletableFuture<Hold> waiting = in(task, side(side)::acquireAsync);
        CompletableFuture<Hold> next = future("next", pair.writeLock());
        hold.close();
        assertThat(in(task, side(side)::isHeldByCurrentTask)).isTrue();
        waiting.cancel(true);
        assertThat(next).isNotDone();
        news.tell();
        got(next).close();
        task.end();
        assertThat(pair.isIdle()).isTrue();
        assertThat(events.stream().filter(event -> event.startsWith("acquired")))
                .hasSameSizeAs(events.stream()
                        .filter(event -> event.startsWith("released"))
                        .toList());
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void takenAgainBeforeTheNewsItIsNotTakenAwayByCancelling(Side side) {
        Hold hold = pair.writeLock().acquire();
        Task task = request("task");
        CompletableFuture<Hold> waiting = in(task, side(side)::acquireAsync);
        hold.close();
        Hold again = in(task, side(side)::acquire);
        waiting.cancel(true);
        news.tell();
        waiter("next", pair, pair.writeLock());
        again.close();
    }

    @Test
    void cancelledBeforeItsNewsAWriterHasNotPutRightWhatWasAbandoned() {
        holder("owner", pair.writeLock()).end();
        Hold reader = pair.readLock().acquire();
        CompletableFuture<Hold> waiting = future("waiting", pair.writeLock());
        reader.close();
        waiting.cancel(true);
        news.tell();
        assertThat(pair.readLock().acquire().predecessorAbandoned()).isTrue();
    }

    /** The future's news has to wait for the executor; those behind it do not. */
    @Test
    void theEndOfTheWaitingTaskFailsItsFutureAndLetsThoseBehindInAtOnce() {
        Hold hold = pair.readLock().acquire();
        Task task = request("waiting");
        CompletableFuture<Hold> waiting = in(task, pair.writeLock()::acquireAsync);
        Actor<Hold> behind = waiter("behind", pair, pair.readLock());
        try (Attachment inside = task.attach()) {
            task.end();
            behind.result().close();
        }
        news.tell();
        assertThat(failure(waiting)).isInstanceOf(LockRefusedException.class);
        hold.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void theTaskEndsBetweenTheGrantAndItsNews(Side side) {
        Hold hold = pair.writeLock().acquire();
        Task task = request("waiting");
        CompletableFuture<Hold> waiting = in(task, side(side)::acquireAsync);
        CompletableFuture<Hold> next = future("next", pair.writeLock());
        hold.close();
        task.end();
        news.tell();
        assertThat(failure(waiting)).isInstanceOf(LockRefusedException.class);
        got(next).close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void joinedAfterTheReleaseItIsNotForgotten() {
        Hold hold = pair.writeLock().acquire();
        Task task = request("late");
        int[] reads = {0};
        // Reads: 1 tries, 2 joins.
        time.onRead(() -> {
            if (Task.current() == task && ++reads[0] == 2) {
                hold.close();
            }
        });
        CompletableFuture<Hold> late = in(task, pair.readLock()::acquireAsync);
        news.tell();
        got(late).close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void timeRunsOutAndThoseBehindGetIn() {
        pair = newPair(LockSettings.DEFAULTS, Runnable::run);
        holder("owner", pair.readLock());
        CompletableFuture<Hold> little =
                in(request("patient"), () -> pair.writeLock().acquireAsync(Duration.ofMillis(1)));
        acquirer("behind", pair.readLock()).result();
        Actor.awaitUntil(little::isDone, () -> "the time to run out");
        assertThat(failure(little)).isInstanceOf(WaitTooLongException.class).hasMessageContaining("'owner'");
        assertThat(pair.waiting()).isZero();
    }

    @Test
    void anExecutorThatRefusesDoesNotLoseTheLock() {
        pair = newPair(LockSettings.DEFAULTS, command -> {
            throw new RejectedExecutionException("shut down");
        });
        Hold hold = pair.writeLock().acquire();
        CompletableFuture<Hold> waiting = future("waiting", pair.readLock());
        hold.close();
        Actor.start("joiner", waiting::join).result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void thereIsRoomForSoMany(Side side) {
        pair = newPair(LockSettings.DEFAULTS.withMaxWaiters(1), news);
        Hold hold = pair.writeLock().acquire();
        CompletableFuture<Hold> waiting = future("waiting", pair.readLock());
        Task task = request("refused");
        assertThatThrownBy(() -> in(task, side(side)::acquireAsync)).isInstanceOf(LockRefusedException.class);
        assertThat(acquirer("refused", side(side)).failure()).isInstanceOf(LockRefusedException.class);
        hold.close();
        news.tell();
        got(waiting).close();
        task.end();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aTaskThatIsEndingGetsNothingNew(Side side) {
        Task ending = request("ending");
        try (Attachment inside = ending.attach()) {
            ending.end();
            assertThatThrownBy(side(side)::acquireAsync)
                    .isInstanceOf(LockRefusedException.class)
                    .hasMessageContaining("is ending");
            assertThat(pair.isIdle()).as("before it has left").isTrue();
        }
        assertThat(pair.snapshot().abandonment()).isNull();
    }
}
