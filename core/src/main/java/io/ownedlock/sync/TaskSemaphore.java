package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * So many permits, each of which belongs to the {@link Task} that took it. Take one with {@link #acquire()} in a {@code try} with
 * resources. A task may take several; nested tasks take their own.
 *
 * <p><b>When the owner ends</b> and still holds permits, they go back: to those who wait, or to the pool, and a
 * {@link LockListener#reclaimed listener} hears of it. Nobody fails for it: a semaphore bounds how many go on at once, and what
 * it bounds is not broken because one of them is gone. The end of a thread that works without a task is found out by whoever
 * is about to wait, and by the watchdog.
 *
 * <p><b>First come, first served</b>, without exception: a permit that is given back belongs to whoever has waited longest, and
 * {@link #tryAcquire()} gets none while anybody waits.
 *
 * <p><b>When a waiter is interrupted or runs out of time</b> it leaves the queue, and never owns the permit afterwards. If it
 * was given one at the same moment, that is what counts, and its interrupt status stays set. <b>When the waiter's own task
 * ends</b> its wait fails with a {@link LockRefusedException}; a task that is ending gets no permit.
 *
 * <p>{@link #shared()} permits have no owner; they are for handing over between tasks.
 *
 * <p><b>When the application shuts down</b>, nothing breaks by that alone: see {@link Primitive}.
 *
 * <p>Safe for use by many threads.
 */
public final class TaskSemaphore implements Primitive {

    private final PermitPool pool;
    private final Executor executor;
    private final SharedPermits shared;

    private TaskSemaphore(PermitPool pool, Executor executor) {
        this.pool = pool;
        this.executor = executor;
        this.shared = new SharedPermits(pool, executor);
        pool.face = this;
    }

    /** Like {@link #create(LockId, int, LockSettings, LockEnvironment)} with the default settings. */
    public static TaskSemaphore create(LockId id, int permits, LockEnvironment environment) {
        return create(id, permits, LockSettings.DEFAULTS, environment);
    }

    /**
     * Makes a semaphore with no bound on how often permits may be {@linkplain SharedPermits#release() released}. Whoever makes it
     * must see that its owners are {@linkplain #inspectOwners() inspected}.
     *
     * @param permits how many there are at first
     * @param settings how long and how many may wait; the other settings are of no matter here
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public static TaskSemaphore create(LockId id, int permits, LockSettings settings, LockEnvironment environment) {
        return make(id, permits, PermitCount.UNBOUNDED, settings, environment);
    }

    /** Like {@link #create(LockId, int, int, LockSettings, LockEnvironment)} with the default settings. */
    public static TaskSemaphore create(LockId id, int permits, int maximum, LockEnvironment environment) {
        return create(id, permits, maximum, LockSettings.DEFAULTS, environment);
    }

    /**
     * Makes a semaphore. Whoever makes it must see that its owners are {@linkplain #inspectOwners() inspected}.
     *
     * @param permits how many there are at first
     * @param maximum how many there may be, those that tasks hold included
     * @param settings how long and how many may wait; the other settings are of no matter here
     * @throws IllegalArgumentException if {@code permits} is negative or more than {@code maximum}, or {@code maximum} is not positive
     */
    public static TaskSemaphore create(
            LockId id, int permits, int maximum, LockSettings settings, LockEnvironment environment) {
        if (maximum < 1 || maximum < permits) {
            throw new IllegalArgumentException(
                    "maximum must be at least 1, and not less than permits, " + permits + ", but is " + maximum);
        }
        return make(id, permits, maximum, settings, environment);
    }

    private static TaskSemaphore make(
            LockId id, int permits, long maximum, LockSettings settings, LockEnvironment environment) {
        requireNonNull(settings, "settings");
        requireNonNull(environment, "environment");
        if (permits < 0) {
            throw new IllegalArgumentException("permits must not be negative, but is " + permits);
        }
        PermitPool pool = new PermitPool(id, new PermitCount(permits, maximum), settings, environment);
        return new TaskSemaphore(pool, environment.executor());
    }

    @Override
    public LockId id() {
        return pool.id();
    }

    @Override
    public LockKind kind() {
        return LockKind.SEMAPHORE;
    }

    /**
     * Takes a permit for the current task, and waits for it as long as the settings allow.
     *
     * @return the permit, to be closed
     * @throws WaitTooLongException if the settings bound the wait and it took longer; it names who has held a permit longest
     * @throws LockInterruptedException if the thread is or was interrupted before it got one
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     * @throws DeadlockException if this is known to wait for ever
     */
    public Permit acquire() {
        return acquire(pool.patient());
    }

    /**
     * Takes a permit for the current task, and waits for it at most so long, whatever the settings say.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the permit, to be closed
     * @throws WaitTooLongException if it took longer; it names who has held a permit longest
     * @throws LockInterruptedException if the thread is or was interrupted before it got one
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     * @throws DeadlockException if this is known to wait for ever
     */
    public Permit acquire(Duration waitAtMost) {
        return acquire(Patience.demanded(waitAtMost));
    }

    private Permit acquire(Patience patience) {
        Permit permit = tryAcquire(patience);
        if (permit == null) {
            throw pool.tooLong(patience);
        }
        return permit;
    }

    /**
     * Takes a permit for the current task if one is free and nobody waits. Never blocks.
     *
     * @return the permit, to be closed; {@code null} if there is none
     * @throws LockRefusedException if the current task is ending
     */
    public @Nullable Permit tryAcquire() {
        return tryAcquire(Patience.NONE);
    }

    /**
     * Takes a permit for the current task, and waits for it at most so long.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the permit, to be closed; {@code null} if it took longer
     * @throws LockInterruptedException if the thread is or was interrupted before it got one
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     */
    public @Nullable Permit tryAcquire(Duration waitAtMost) {
        return tryAcquire(Patience.owned(waitAtMost));
    }

    private @Nullable Permit tryAcquire(Patience patience) {
        Claim claim = Claim.owned(pool);
        return pool.takeOrThrow(claim, patience) ? claim : null;
    }

    /**
     * Takes a permit for the current task without blocking its thread, and waits for it as long as the settings allow. The future is
     * completed on the executor of the {@link LockEnvironment}, or is complete already if a permit was free. It always is the future
     * that fails, and never this call: with what {@link #acquire()} throws, with a {@link LockRefusedException} if the task ends first.
     * Completing it from outside, by cancelling it or by a time-out, leaves the queue; a future that is derived from it is
     * the caller's own, and cancelling that one has no such effect.
     *
     * @return a future for the permit, to be closed
     */
    public CompletableFuture<Permit> acquireAsync() {
        return acquireAsync(pool.patient());
    }

    /**
     * Like {@link #acquireAsync()}, with a bound of its own.
     *
     * @param waitAtMost zero or less: do not wait
     */
    public CompletableFuture<Permit> acquireAsync(Duration waitAtMost) {
        return acquireAsync(Patience.demanded(waitAtMost));
    }

    private CompletableFuture<Permit> acquireAsync(Patience patience) {
        Claim claim = Claim.owned(pool);
        return Delivery.order(pool, claim, claim, patience, executor);
    }

    /** The same permits, taken and released without an owner. */
    public SharedPermits shared() {
        return shared;
    }

    /** How many permits are free. Out of date when it returns. */
    public long available() {
        return pool.available();
    }

    /** How many permits there may be; {@link Long#MAX_VALUE} if there is no bound. */
    public long maximum() {
        return pool.maximum();
    }

    /** Whether all permits are as they were at first, and nobody waits. */
    @Override
    public boolean isIdle() {
        return pool.isIdle();
    }

    @Override
    public int waiting() {
        return pool.lot().size();
    }

    /** Ends the owners that are gone without a word, and takes their permits back then. For a watchdog. */
    @Override
    public void inspectOwners() {
        pool.exits().inspectOwners();
    }

    @Override
    public boolean cancelWaiter(long taskId) {
        return pool.queue().cancel(taskId);
    }

    @Override
    public void turnWaitersAway() {
        pool.queue().turnWaitersAway();
    }

    @Override
    public LockState state() {
        return pool.state();
    }

    @Override
    public LockSnapshot snapshot() {
        return pool.snapshot(kind());
    }

    /** Where waiters park: what their threads' blocker is. */
    ParkingLot lot() {
        return pool.lot();
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
