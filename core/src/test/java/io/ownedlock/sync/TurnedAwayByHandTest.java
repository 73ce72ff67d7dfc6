package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Waits that end because somebody said so: an operator one of them, the shutdown of the application all. */
class TurnedAwayByHandTest extends LockTesting {

    /** What is taken whole, so that the next one waits. */
    record Kind(
            Primitive primitive,
            Callable<? extends AutoCloseable> acquire,
            Callable<? extends CompletableFuture<? extends AutoCloseable>> acquireAsync) {

        static Kind of(TaskLock lock) {
            return new Kind(lock, lock::acquire, lock::acquireAsync);
        }

        static Kind of(TaskReadWriteLock pair) {
            return new Kind(
                    pair,
                    () -> pair.writeLock().acquire(),
                    () -> pair.writeLock().acquireAsync());
        }

        static Kind of(TaskSemaphore semaphore) {
            return new Kind(semaphore, semaphore::acquire, semaphore::acquireAsync);
        }

        static Kind of(CapacityLimiter limiter) {
            return new Kind(limiter, limiter::acquire, limiter::acquireAsync);
        }

        boolean isLock() {
            return primitive.kind() == LockKind.LOCK || primitive.kind() == LockKind.READ_WRITE;
        }

        Class<? extends LockNotAcquiredException> failureAtShutdown() {
            return isLock() ? BrokenLockException.class : LockRefusedException.class;
        }

        void awaitWaiting(int count) {
            Actor.awaitUntil(() -> primitive.waiting() == count, () -> count + " to wait");
        }

        @Override
        public String toString() {
            return primitive.kind().toString();
        }
    }

    private final Shutdown shutdown = new Shutdown();
    private final LockId id = new LockId("order", "42");

    private LockEnvironment shuttingDown() {
        LockEnvironment same = environment();
        return new LockEnvironment(
                same.ticker(), same.parker(), same.gate(), same.executor(), same.listeners(), shutdown);
    }

    private Kind kind(LockKind kind) {
        LockSettings settings = LockSettings.DEFAULTS;
        return switch (kind) {
            case LOCK -> Kind.of(TaskLock.create(id, settings, shuttingDown()));
            case READ_WRITE -> Kind.of(TaskReadWriteLock.create(id, settings, shuttingDown()));
            case SEMAPHORE -> Kind.of(TaskSemaphore.create(id, 1, settings, shuttingDown()));
            case LIMITER -> Kind.of(CapacityLimiter.create(id, 1, settings, shuttingDown()));
        };
    }

    static Stream<LockKind> kinds() {
        return Stream.of(LockKind.values());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anOperatorEndsOneWaitAndNoOther(LockKind which) throws Exception {
        Kind kind = kind(which);
        AutoCloseable held = kind.acquire().call();
        Task chosen = Task.start("chosen", TaskKind.REQUEST);
        Actor<? extends AutoCloseable> cancelled = Actor.start("chosen", () -> in(chosen, kind.acquire()));
        kind.awaitWaiting(1);
        Actor<Void> other = inOwnTask("other", () -> {
            kind.acquire().call().close();
            return null;
        });
        kind.awaitWaiting(2);

        assertThat(kind.primitive().cancelWaiter(chosen.id())).isTrue();

        assertThat(cancelled.failure())
                .isInstanceOf(LockRefusedException.class)
                .hasMessageContaining("order[42]")
                .hasMessageContaining("an operator has ended this wait");
        assertThat(waiting(kind.primitive())).containsExactly("other");
        assertThat(kind.primitive().cancelWaiter(chosen.id())).as("again").isFalse();
        held.close();
        other.result();
        assertThat(kind.primitive().isIdle()).isTrue();
        assertThat(events).contains("REFUSED order[42] after 0");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anOperatorEndsTheWaitOfAFuture(LockKind which) throws Exception {
        Kind kind = kind(which);
        AutoCloseable held = kind.acquire().call();
        Task chosen = Task.start("chosen", TaskKind.REQUEST);
        CompletableFuture<?> future = in(chosen, kind.acquireAsync());

        assertThat(kind.primitive().cancelWaiter(chosen.id())).isTrue();

        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(future::join)
                .withCauseInstanceOf(LockRefusedException.class);
        held.close();
        assertThat(kind.primitive().isIdle()).isTrue();
    }

    /** A reader behind a writer that waits: the writer's going lets it in. */
    @Test
    void whoWaitedBehindThatOneGetsOn() throws Exception {
        TaskReadWriteLock pair = TaskReadWriteLock.create(id, LockSettings.DEFAULTS, environment());
        Hold reads = pair.readLock().acquire();
        Task writer = Task.start("writer", TaskKind.REQUEST);
        Actor<Hold> writes = Actor.start("writer", () -> in(writer, pair.writeLock()::acquire))
                .awaitParkedOn(pair.lot());
        Actor<Hold> reader = inOwnTask("reader", pair.readLock()::acquire).awaitParkedOn(pair.lot());
        pair.cancelWaiter(writer.id());
        assertThat(writes.failure()).isInstanceOf(LockRefusedException.class);
        reader.result().close();
        reads.close();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void withoutAShutdownNobodyIsTurnedAway(LockKind which) throws Exception {
        Kind kind = kind(which);
        AutoCloseable held = kind.acquire().call();
        Actor<Void> waiter = inOwnTask("waiter", () -> {
            kind.acquire().call().close();
            return null;
        });
        kind.awaitWaiting(1);
        kind.primitive().turnWaitersAway();
        assertThat(kind.primitive().waiting()).isEqualTo(1);
        held.close();
        waiter.result();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aShutdownTurnsAwayWhoWaits(LockKind which) throws Exception {
        Kind kind = kind(which);
        Task owner = Task.start("owner", TaskKind.REQUEST);
        AutoCloseable held = in(owner, kind.acquire());
        Actor<? extends AutoCloseable> waiter = inOwnTask("waiter", kind.acquire());
        kind.awaitWaiting(1);
        CompletableFuture<?> future = kind.acquireAsync().call();
        kind.awaitWaiting(2);

        shutdown.begin();
        kind.primitive().turnWaitersAway();

        assertThat(waiter.failure())
                .isInstanceOf(kind.failureAtShutdown())
                .hasMessageContaining("the application is shutting down")
                .hasMessageContaining("REQUEST #" + owner.id() + " 'owner'");
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(future::join)
                .withCauseInstanceOf(kind.failureAtShutdown());
        if (kind.isLock()) {
            assertThat(events).contains("sealed order[42] for SHUTDOWN, told 2");
        }
        assertThat(kind.primitive().waiting()).isZero();
        assertThat(owner.isActive()).as("the owner goes on").isTrue();
        held.close();
        assertThat(kind.primitive().isIdle()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void afterAShutdownNobodyParksAndWhatIsFreeCanBeTaken(LockKind which) throws Exception {
        Kind kind = kind(which);
        shutdown.begin();
        kind.primitive().turnWaitersAway();
        AutoCloseable held = kind.acquire().call();

        assertThat(inOwnTask("newcomer", kind.acquire()).failure())
                .isInstanceOf(kind.failureAtShutdown())
                .hasMessageContaining("the application is shutting down")
                .hasMessageContaining("'main'");
        Throwable async =
                inOwnTask("async", () -> kind.acquireAsync().call().join()).failure();
        assertThat(async instanceof CompletionException ? async.getCause() : async)
                .isInstanceOf(kind.failureAtShutdown());
        held.close();
        kind.acquire().call().close();
        assertThat(kind.primitive().isIdle()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whoIsAboutToParkAtThatMomentDoesNotSleepOn(LockKind which) throws Exception {
        Kind kind = kind(which);
        AutoCloseable held = kind.acquire().call();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<? extends AutoCloseable> waiter = inOwnTask("waiter", kind.acquire());
        aboutToPark.awaitReached();
        shutdown.begin();
        kind.primitive().turnWaitersAway();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(kind.failureAtShutdown());
        held.close();
        assertThat(kind.primitive().isIdle()).isTrue();
    }

    /** Between the two, nobody has looked for those who wait yet: only a look of its own keeps this one from parking. */
    @ParameterizedTest
    @MethodSource("kinds")
    void whoJoinsAfterTheBeginningFindsItItself(LockKind which) throws Exception {
        Kind kind = kind(which);
        AutoCloseable held = kind.acquire().call();
        shutdown.begin();
        assertThat(inOwnTask("newcomer", kind.acquire()).failure()).isInstanceOf(kind.failureAtShutdown());
        held.close();
    }

    @Test
    void readersBehindAWriterAreLetInRatherThanTurnedAway() {
        TaskReadWriteLock pair = TaskReadWriteLock.create(id, LockSettings.DEFAULTS, shuttingDown());
        Hold reads = pair.readLock().acquire();
        Actor<Hold> writer = inOwnTask("writer", pair.writeLock()::acquire).awaitParkedOn(pair.lot());
        Actor<Hold> reader = inOwnTask("reader", pair.readLock()::acquire).awaitParkedOn(pair.lot());
        shutdown.begin();
        pair.turnWaitersAway();
        assertThat(writer.failure()).isInstanceOf(BrokenLockException.class);
        reader.result().close();
        reads.close();
    }

    @Test
    void whoWaitsForAConditionIsTurnedAwayToo() {
        TaskLock lock = TaskLock.create(id, LockSettings.DEFAULTS, shuttingDown());
        TaskCondition condition = lock.newCondition();
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            lock.lock();
            try {
                condition.await();
                return true;
            } finally {
                lock.unlock();
            }
        });
        Actor.awaitUntil(
                () -> condition.waiting() == 1 && lock.snapshot().holds().isEmpty(), () -> "it to wait");

        shutdown.begin();
        lock.turnWaitersAway();

        assertThat(waiter.failure())
                .isInstanceOf(LockRefusedException.class)
                .hasMessageContaining("the application is shutting down");
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void nobodyWaitsForAConditionAfterAShutdown() {
        TaskLock lock = TaskLock.create(id, LockSettings.DEFAULTS, shuttingDown());
        TaskCondition condition = lock.newCondition();
        shutdown.begin();
        Actor<Boolean> late = inOwnTask("late", () -> {
            lock.lock();
            try {
                condition.await();
                return true;
            } finally {
                lock.unlock();
            }
        });
        assertThat(late.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void theOwnerMayTakeAgainWhatItHolds() {
        TaskLock lock = TaskLock.create(id, LockSettings.DEFAULTS, shuttingDown());
        Task owner = ownerOf(lock);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        shutdown.begin();
        lock.turnWaitersAway();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        try (Attachment ignored = owner.attach()) {
            lock.acquire().close();
            Task.runInTask("nested", () -> {
                lock.acquire().close();
                return null;
            });
        }
        owner.end();
    }
}
