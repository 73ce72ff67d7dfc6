package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that have declared to wait for a future of their own, which waits for a lock or a permit. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class JoiningFutureTest extends DeadlockTesting {

    private Joining joining(Task task, CompletableFuture<?> future) {
        return in(task, () -> registry.joining(future));
    }

    private static Throwable failure(CompletableFuture<?> future) {
        assertThat(future).as("told at once").isCompletedExceptionally();
        return catchThrowable(future::join).getCause();
    }

    @Test
    void theJoiningTaskComesLast() {
        in(first, a::acquire);
        Hold held = in(second, b::acquire);
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        CompletableFuture<Hold> future = in(first, b::acquireAsync);
        assertThat(future).isNotDone();

        Joining join = joining(first, future);
        assertThat(failure(future))
                .isInstanceOfSatisfying(
                        DeadlockException.class,
                        refused -> assertThat(refused.cycle().lines())
                                .containsExactly(
                                        first + " (by a future) waits since 2030-01-01T00:00:00Z"
                                                + " for b, held since 2030-01-01T00:00:00Z by " + second,
                                        second + " (thread second) waits since 2030-01-01T00:00:00Z"
                                                + " for a, held since 2030-01-01T00:00:00Z by " + first));
        assertThat(b.waiting()).isZero();
        assertThat(isWaiting(waiter, a)).isTrue();
        join.close();
        held.close();
        waiter.interrupt();
        waiter.failure();
    }

    @Test
    void theOtherComesLast() {
        Hold mine = in(first, a::acquire);
        Hold held = in(second, b::acquire);
        CompletableFuture<Hold> future = in(first, b::acquireAsync);
        Joining join = joining(first, future);
        refused(() -> in(second, a::acquire));
        assertThat(future).as("nobody else is hurt").isNotDone();
        held.close();
        future.join().close();
        join.close();
        mine.close();
    }

    /** As it is meant to be written, and with what it is meant for: a thread that would never come back. */
    @Test
    void aThreadThatWaitsForItsFuture() {
        in(second, b::acquire);
        Actor<Void> joining = actor(first, () -> {
            try (Hold ignored = a.acquire()) {
                CompletableFuture<Hold> future = b.acquireAsync();
                try (Joining join = registry.joining(future)) {
                    future.join().close();
                }
            }
            return null;
        });
        Actor.awaitUntil(() -> KnownWaits.of(first) != null, () -> "the declaration");
        refused(() -> in(second, a::acquire));
        second.end();
        assertThat(joining.failure()).isInstanceOf(CompletionException.class);
    }

    @Test
    void aClosedDeclarationCountsNoMore() {
        in(first, a::acquire);
        Hold held = in(second, b::acquire);
        CompletableFuture<Hold> future = in(first, b::acquireAsync);
        Joining join = joining(first, future);
        join.close();
        join.close();
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        held.close();
        future.join().close();
        waiter.interrupt();
        waiter.failure();
    }

    /** The declaration is still there, but there is nothing left to wait for. */
    @Test
    void aFutureThatHasGotTheLockCountsNoMore() {
        Hold mine = in(first, a::acquire);
        Hold held = in(second, b::acquire);
        CompletableFuture<Hold> future = in(first, b::acquireAsync);
        Joining join = joining(first, future);
        held.close();
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        future.join().close();
        mine.close();
        waiter.result();
        join.close();
    }

    @Test
    void aTaskThatJoinsTheTaskThatJoinsTheFuture() {
        in(first, a::acquire);
        Hold held = in(second, b::acquire);
        CompletableFuture<Hold> future = in(third, b::acquireAsync);
        Joining inner = joining(third, future);
        Joining outer = in(first, () -> registry.joining(third));
        assertThat(refused(() -> in(second, a::acquire)).cycle().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(second.label()),
                        line -> assertThat(line).endsWith("for the end of " + third),
                        line -> assertThat(line).startsWith(third + " (by a future)"));
        outer.close();
        inner.close();
        held.close();
        future.join().close();
    }

    /** All of them must come, so each of them may be what it never gets. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTaskThatWaitsForSeveral(boolean closedInOrder) {
        Task fourth = task("fourth");
        in(first, a::acquire);
        Hold held = in(second, b::acquire);
        Hold other = in(third, c::acquire);
        CompletableFuture<Hold> one = in(first, b::acquireAsync);
        CompletableFuture<Hold> two = in(first, c::acquireAsync);
        Joining outer = joining(first, one);
        Joining inner = joining(first, two);
        Joining end = in(first, () -> registry.joining(fourth));
        refused(() -> in(second, a::acquire));
        refused(() -> in(third, a::acquire));
        refused(() -> in(fourth, a::acquire));
        (closedInOrder ? inner : outer).close();
        refused(() -> in(closedInOrder ? second : third, a::acquire));
        Actor<Hold> waiter = waiting(a, closedInOrder ? third : second, a::acquire);
        (closedInOrder ? outer : inner).close();
        end.close();
        assertThat(KnownWaits.of(first)).isNull();
        waiter.interrupt();
        waiter.failure();
        held.close();
        other.close();
    }

    @Test
    void aPermit() {
        TaskSemaphore permits = semaphore();
        in(first, a::acquire);
        Permit held = in(second, permits::acquire);
        CompletableFuture<Permit> future = in(first, permits::acquireAsync);
        Joining join = joining(first, future);
        refused(() -> in(second, a::acquire));
        held.close();
        future.join().close();
        join.close();
    }

    @Test
    void aPermitThatComesLast() {
        TaskSemaphore permits = semaphore();
        in(first, a::acquire);
        in(second, permits::acquire);
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        CompletableFuture<Permit> future = in(first, permits::acquireAsync);
        Joining join = joining(first, future);
        assertThat(failure(future)).isInstanceOf(DeadlockException.class);
        join.close();
        waiter.interrupt();
        waiter.failure();
    }

    /** A shared permit may come from anybody. */
    @Test
    void aSharedPermitIsNotKnownToComeFromAnybody() {
        TaskSemaphore permits = semaphore();
        in(first, a::acquire);
        Permit held = in(second, permits::acquire);
        CompletableFuture<?> future = in(first, () -> permits.shared().acquireAsync());
        Joining join = joining(first, future);
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        held.close();
        assertThat(future).isDone();
        join.close();
        waiter.interrupt();
        waiter.failure();
    }

    @Test
    void whatIsNoWaitOfTheTaskIsNotDeclared() {
        Hold held = in(second, b::acquire);
        CompletableFuture<Hold> own = in(first, b::acquireAsync);
        joining(first, own.thenApply(hold -> hold));
        joining(first, new CompletableFuture<>());
        joining(first, CompletableFuture.completedFuture(null));
        joining(third, own);
        in(first, () -> new DeadlockDetector(DeadlockPolicy.OFF, time).joining(own));
        own.cancel(true);
        joining(first, own);
        held.close();
        joining(first, in(first, b::acquireAsync));
        assertThat(KnownWaits.tasks()).doesNotContain(first, third);
    }

    /** Nobody closes it, and nothing is left of it. */
    @Test
    void aDeclarationEndsWithItsTask() {
        Hold held = in(second, b::acquire);
        joining(first, in(first, b::acquireAsync));
        in(third, () -> registry.joining(second));
        assertThat(KnownWaits.tasks()).contains(first, third);
        first.end();
        third.end();
        assertThat(KnownWaits.tasks()).doesNotContain(first, third);
        held.close();
    }

    /** What is chained to the future is anybody's code: here it waits for somebody that breaks another cycle. */
    @Test
    void theNewsOfARefusedFutureAreToldUnderNoLock() {
        LockRegistry other =
                LockRegistry.builder().ticker(time).executor(Runnable::run).build();
        TaskLock d = other.obtain("d");
        in(third, c::acquire);
        Task fourth = task("fourth");
        in(fourth, d::acquire);
        Actor<Hold> apart = waiting(d, third, d::acquire);

        in(first, a::acquire);
        in(second, b::acquire);
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        CompletableFuture<Hold> future = in(first, b::acquireAsync);
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        CompletableFuture<?> unused = future.whenComplete(
                (hold, failure) -> seen.complete(actor(fourth, c::acquire).failure()));
        joining(first, future).close();
        assertThat(seen.join()).isInstanceOf(DeadlockException.class);
        waiter.interrupt();
        waiter.failure();
        apart.interrupt();
        apart.failure();
    }

    private TaskSemaphore semaphore() {
        return TaskSemaphore.create(
                new LockId("permit", null),
                1,
                1,
                environment(new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system())));
    }

    /** Who stands behind one future of a task waits for that future, not for the task, which waits for another one meanwhile. */
    @Test
    void behindAFutureIsNotBehindAllThatItsTaskWaitsFor() {
        TaskReadWriteLock pair = registry.obtainReadWrite("pair");
        Hold writing = in(third, () -> pair.writeLock().acquire());
        CompletableFuture<Hold> reading = in(first, () -> pair.readLock().acquireAsync());
        Hold held = in(second, b::acquire);
        CompletableFuture<Hold> wanted = in(first, b::acquireAsync);
        Actor<Hold> behind = waiting(pair, second, () -> pair.readLock().acquire());
        Joining outer = joining(first, reading);
        Joining inner = joining(first, wanted);
        assertThat(wanted).as("in no cycle").isNotDone();

        writing.close();
        behind.result().close();
        held.close();
        wanted.join().close();
        reading.join().close();
        inner.close();
        outer.close();
    }

    @Test
    void whoWaitedBehindAFutureThatIsRefusedIsLetIn() {
        TaskReadWriteLock pair = registry.obtainReadWrite("pair");
        Hold held = in(first, a::acquire);
        Actor<Void> reader = waiting(a, second, () -> {
            try (Hold ignored = pair.readLock().acquire();
                    Hold also = a.acquire()) {
                return null;
            }
        });
        CompletableFuture<Hold> writer = in(first, () -> pair.writeLock().acquireAsync());
        Actor<Hold> behind = actor(third, () -> pair.readLock().acquire());
        Actor.awaitUntil(() -> pair.waiting() == 2, () -> "two in line");
        in(first, () -> registry.joining(writer)).close();
        assertThat(catchThrowable(writer::join)).hasCauseInstanceOf(DeadlockException.class);
        behind.result().close();
        held.close();
        reader.result();
    }

    /** Its future is failed in a moment, and what it holds comes back. */
    @Test
    void behindATaskThatIsToldToEndAndHasNotHeardYet() {
        Hold mine = in(first, a::acquire);
        AtomicReference<Actor<Hold>> late = new AtomicReference<>();
        Actor<Hold> ending = Actor.start(
                "second",
                () -> in(second, () -> {
                    Hold held = b.acquire();
                    CompletableFuture<Hold> wanted = a.acquireAsync();
                    second.add(new ExitHook() {
                        @Override
                        protected void onEnding(Task task) {
                            Actor<Hold> other = Actor.start("first", () -> in(first, b::acquire));
                            Actor.awaitUntil(() -> other.isDone() || isWaiting(other, b), () -> "it to wait");
                            late.set(other);
                        }

                        @Override
                        protected void onEnded(Task task, TaskEnd end) {}
                    });
                    try (held;
                            Joining join = registry.joining(wanted)) {
                        return wanted.join();
                    }
                }));
        ending.awaitParked();
        second.end();
        assertThat(ending.failure()).hasCauseInstanceOf(LockRefusedException.class);
        late.get().result().close();
        mine.close();
    }
}
