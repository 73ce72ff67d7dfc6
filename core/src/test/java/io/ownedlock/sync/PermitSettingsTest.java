package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How long and how many may wait for permits and tokens, as the settings of their name say. */
class PermitSettingsTest extends LockTesting {

    private static final LockId ID = new LockId("render", null);

    private final LockSettings impatient = LockSettings.DEFAULTS.withWaitAtMost(Duration.ofSeconds(3));

    private TaskSemaphore semaphore(LockSettings settings) {
        TaskSemaphore semaphore = TaskSemaphore.create(ID, 1, settings, environment());
        in(Task.start("holder", TaskKind.REQUEST), semaphore::acquire);
        return semaphore;
    }

    private CapacityLimiter limiter(LockSettings settings) {
        CapacityLimiter limiter = CapacityLimiter.create(ID, 1, settings, environment());
        limiter.acquireOnBehalfOf("holder");
        return limiter;
    }

    private void tooLong(Actor<?> waiter, Primitive primitive) {
        Actor.awaitUntil(() -> primitive.waiting() == 1, () -> "the waiter");
        time.advance(Duration.ofSeconds(3).minusNanos(1));
        assertThat(waiter.isDone()).isFalse();
        time.advance(Duration.ofNanos(1));
        assertThat(waiter.failure())
                .isInstanceOfSatisfying(
                        WaitTooLongException.class,
                        told -> assertThat(told.waited()).isEqualTo(Duration.ofSeconds(3)));
        assertThat(primitive.waiting()).isZero();
    }

    @Test
    void whoeverNamesNoTimeWaitsAsLongAsTheSettingsAllow() {
        TaskSemaphore semaphore = semaphore(impatient);
        tooLong(inOwnTask("waiter", semaphore::acquire).awaitParkedOn(semaphore.lot()), semaphore);
        Actor<Void> shared = Actor.run("shared", semaphore.shared()::acquire).awaitParkedOn(semaphore.lot());
        tooLong(shared, semaphore);
        CapacityLimiter limiter = limiter(impatient);
        tooLong(inOwnTask("waiter", limiter::acquire).awaitParkedOn(limiter.lot()), limiter);
        assertThat(events).contains("TIMED_OUT render after 3000000000");
    }

    @Test
    void aCallersOwnTimeCountsInstead() {
        TaskSemaphore semaphore = semaphore(impatient);
        Actor<Permit> waiter = inOwnTask("waiter", () -> semaphore.acquire(Duration.ofSeconds(10)))
                .awaitParkedOn(semaphore.lot());
        time.advance(Duration.ofSeconds(4));
        semaphore.shared().release();
        assertThat(waiter.result()).isNotNull();
    }

    @Test
    void noTimeAtAllIsNotWaitedFor() {
        TaskSemaphore semaphore = semaphore(LockSettings.DEFAULTS.withWaitAtMost(Duration.ZERO));
        assertThatExceptionOfType(WaitTooLongException.class)
                .isThrownBy(semaphore::acquire)
                .satisfies(told -> assertThat(told.owner().name()).isEqualTo("holder"));
        assertThat(failure(semaphore.acquireAsync())).isInstanceOf(WaitTooLongException.class);
        assertThat(failure(semaphore.shared().acquireAsync())).isInstanceOf(WaitTooLongException.class);
        assertThat(semaphore.waiting()).isZero();
    }

    /** A future's time is the JVM's own, whatever the ticker says. */
    @Test
    void aFutureWaitsAsLongAsTheSettingsAllow() {
        TaskSemaphore semaphore = semaphore(LockSettings.DEFAULTS.withWaitAtMost(Duration.ofMillis(1)));
        assertThat(failure(semaphore.acquireAsync())).isInstanceOf(WaitTooLongException.class);
        assertThat(failure(semaphore.shared().acquireAsync())).isInstanceOf(WaitTooLongException.class);
        CapacityLimiter limiter = limiter(LockSettings.DEFAULTS.withWaitAtMost(Duration.ofMillis(1)));
        assertThat(failure(limiter.acquireAsync())).isInstanceOf(WaitTooLongException.class);
        assertThat(semaphore.waiting() + limiter.waiting()).isZero();
        assertThat(events).contains("TIMED_OUT render after 0");
    }

    @Test
    void aFutureMayHaveATimeOfItsOwn() {
        TaskSemaphore semaphore = semaphore(LockSettings.DEFAULTS);
        Duration soon = Duration.ofMillis(1);
        assertThat(failure(semaphore.acquireAsync(soon))).isInstanceOf(WaitTooLongException.class);
        assertThat(failure(semaphore.shared().acquireAsync(soon))).isInstanceOf(WaitTooLongException.class);
        assertThat(failure(limiter(LockSettings.DEFAULTS).acquireAsync(soon))).isInstanceOf(WaitTooLongException.class);
        CompletableFuture<Permit> patient = semaphore.acquireAsync(Duration.ofDays(1));
        semaphore.shared().release();
        assertThat(patient).isCompleted();
        assertThat(semaphore.waiting()).isZero();
    }

    private static Throwable failure(CompletableFuture<?> future) {
        try {
            throw new AssertionError("Got "
                    + future.orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
                            .join());
        } catch (CompletionException e) {
            return e.getCause();
        }
    }

    private static void assertRefused(Throwable told) {
        assertThat(told)
                .isInstanceOf(LockRefusedException.class)
                .hasMessageContaining("as many as may wait are waiting, 1");
        assertThat(told.getStackTrace()).as("cheap").isEmpty();
    }

    @Test
    void noMoreWaitThanTheSettingsAllow() {
        LockSettings crowded = LockSettings.DEFAULTS.withMaxWaiters(1);
        TaskSemaphore semaphore = semaphore(crowded);
        assertThat(semaphore.tryAcquire()).as("does not wait").isNull();
        inOwnTask("waiter", semaphore::acquire).awaitParkedOn(semaphore.lot());
        assertRefused(inOwnTask("another", semaphore::acquire).failure());
        assertRefused(inOwnTask("timed", () -> semaphore.tryAcquire(Duration.ofDays(1)))
                .failure());
        assertRefused(Actor.run("shared", semaphore.shared()::acquire).failure());
        assertRefused(failure(semaphore.acquireAsync()));
        assertRefused(failure(semaphore.shared().acquireAsync()));
        assertThat(semaphore.tryAcquire()).as("does not wait").isNull();
        assertThat(waiting(semaphore)).containsExactly("waiter");

        CapacityLimiter limiter = limiter(crowded);
        CompletableFuture<Permit> future = limiter.acquireAsyncOnBehalfOf("future");
        assertRefused(inOwnTask("another", limiter::acquire).failure());
        assertRefused(failure(limiter.acquireAsync()));
        limiter.releaseOnBehalfOf("holder");
        assertThat(future).isCompleted();
        inOwnTask("another", limiter::acquire).awaitParkedOn(limiter.lot());
    }

    @Test
    void whoeverIsRefusedMayBorrowLater() {
        CapacityLimiter limiter = limiter(LockSettings.DEFAULTS.withMaxWaiters(0));
        assertThatExceptionOfType(LockRefusedException.class).isThrownBy(() -> limiter.acquireOnBehalfOf("guest"));
        limiter.releaseOnBehalfOf("holder");
        limiter.acquireOnBehalfOf("guest").close();
    }

    /** Both have found room for one; the clock is read between that look and joining. */
    @Test
    void ofTwoWhoFoundTheSameRoomOneGetsIt() {
        TaskSemaphore semaphore = semaphore(LockSettings.DEFAULTS.withMaxWaiters(1));
        Stop first = new Stop();
        Stop second = new Stop();
        AtomicInteger firstReads = new AtomicInteger();
        AtomicInteger secondReads = new AtomicInteger();
        time.onRead(() -> {
            // Reads: 1 tries, 2 joins.
            String name = Thread.currentThread().getName();
            if (name.equals("first") && firstReads.incrementAndGet() == 2) {
                first.here();
            } else if (name.equals("second") && secondReads.incrementAndGet() == 2) {
                second.here();
            }
        });
        Actor<Permit> one = inOwnTask("first", semaphore::acquire);
        Actor<Permit> two = inOwnTask("second", semaphore::acquire);
        first.awaitReached();
        second.awaitReached();
        first.pass();
        one.awaitParkedOn(semaphore.lot());
        second.pass();
        assertRefused(two.failure());
        assertThat(waiting(semaphore)).containsExactly("first");
        semaphore.shared().release();
        one.result();
    }

    /** The end comes between the two halves of the last step, with nobody inside the task: so it is for a future. */
    @Test
    void aSharedPermitThatItsTakersEndHasTakenBackIsNotTaken() {
        PermitPool pool = new PermitPool(ID, new PermitCount(1, 1), LockSettings.DEFAULTS, environment());
        Task task = Task.start("task", TaskKind.REQUEST);
        Claim claim = in(task, () -> {
            Claim shared = Claim.shared(pool);
            pool.register(shared);
            assertThat(pool.takeFree(shared)).isTrue();
            return shared;
        });
        assertThat(claim.mayGoOn()).isTrue();
        task.end();
        assertThat(pool.available()).isEqualTo(1);
        assertThat(pool.exits().disown(claim)).as("told, and so refused").isFalse();
        assertThat(pool.available()).isEqualTo(1);
    }
}
