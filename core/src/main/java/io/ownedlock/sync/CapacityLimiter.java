package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many do something at once: a semaphore that knows who has its permits, called tokens here, gives each borrower
 * only one, and can be resized while in use. After the limiter of Python Trio.
 *
 * <p><b>The borrower</b> is the current task, or any object on whose behalf a token is taken. Borrowers are told apart by
 * identity, so their {@code equals} is never called; strings, boxed values and {@link java.util.UUID}s by value, since their
 * identity is an accident. A borrower that has a token, or waits for one, asks for another in vain:
 * {@link IllegalStateException}.
 *
 * <p><b>When the borrower ends</b>, if it is a {@link Task}, its token goes back: to those who wait, or to the pool, and a
 * {@link LockListener#reclaimed listener} hears of it. The token of any other borrower ends with the task that took it. Nobody
 * fails for it.
 *
 * <p><b>First come, first served</b>, without exception: {@link #tryAcquire()} gets nothing while anybody waits.
 *
 * <p><b>When a waiter is interrupted or runs out of time</b> it leaves the queue, and never has the token afterwards. If it was
 * given one at the same moment, that is what counts, and its interrupt status stays set. <b>When the waiter's own task ends</b>,
 * or the task on whose behalf it waits, the wait fails with a {@link LockRefusedException}; a task that is ending gets no token.
 *
 * <p><b>When the application shuts down</b>, nothing breaks by that alone: see {@link Primitive}.
 *
 * <p>Safe for use by many threads.
 */
public final class CapacityLimiter implements Primitive {

    /** A total that is no limit. */
    public static final long INFINITE = PermitCount.UNBOUNDED;

    private final PermitPool pool;
    private final Executor executor;

    private CapacityLimiter(PermitPool pool, Executor executor) {
        this.pool = pool;
        this.executor = executor;
        pool.face = this;
    }

    /** Like {@link #create(LockId, long, LockSettings, LockEnvironment)} with the default settings. */
    public static CapacityLimiter create(LockId id, long total, LockEnvironment environment) {
        return create(id, total, LockSettings.DEFAULTS, environment);
    }

    /**
     * Makes a limiter. Whoever makes it must see that its owners are {@linkplain #inspectOwners() inspected}.
     *
     * @param total how many tokens there are in all; zero for a pause, {@link #INFINITE} for no limit
     * @param settings how long and how many may wait; the other settings are of no matter here
     * @throws IllegalArgumentException if {@code total} is negative
     */
    public static CapacityLimiter create(LockId id, long total, LockSettings settings, LockEnvironment environment) {
        requireNonNull(settings, "settings");
        requireNonNull(environment, "environment");
        checkTotal(total);
        PermitPool pool = new PermitPool(id, new PermitCount(total, total), settings, environment);
        return new CapacityLimiter(pool, environment.executor());
    }

    private static void checkTotal(long total) {
        if (total < 0) {
            throw new IllegalArgumentException("total must not be negative, but is " + total);
        }
    }

    @Override
    public LockId id() {
        return pool.id();
    }

    @Override
    public LockKind kind() {
        return LockKind.LIMITER;
    }

    /** Like {@link #acquireOnBehalfOf(Object)} for the current task. */
    public Permit acquire() {
        return acquireOnBehalfOf(Task.current());
    }

    /** Like {@link #acquireOnBehalfOf(Object, Duration)} for the current task. */
    public Permit acquire(Duration waitAtMost) {
        return acquireOnBehalfOf(Task.current(), waitAtMost);
    }

    /** Like {@link #tryAcquireOnBehalfOf(Object)} for the current task. */
    public @Nullable Permit tryAcquire() {
        return tryAcquireOnBehalfOf(Task.current());
    }

    /** Like {@link #tryAcquireOnBehalfOf(Object, Duration)} for the current task. */
    public @Nullable Permit tryAcquire(Duration waitAtMost) {
        return tryAcquireOnBehalfOf(Task.current(), waitAtMost);
    }

    /** Like {@link #acquireAsyncOnBehalfOf(Object)} for the current task. */
    public CompletableFuture<Permit> acquireAsync() {
        return acquireAsyncOnBehalfOf(Task.current());
    }

    /** Like {@link #acquireAsyncOnBehalfOf(Object, Duration)} for the current task. */
    public CompletableFuture<Permit> acquireAsync(Duration waitAtMost) {
        return acquireAsyncOnBehalfOf(Task.current(), waitAtMost);
    }

    /** Like {@link #releaseOnBehalfOf} for the current task. */
    public void release() {
        releaseOnBehalfOf(Task.current());
    }

    /**
     * Takes a token, and waits for it as long as the settings allow.
     *
     * @return the token, to be closed, or to be released on behalf of the same borrower
     * @throws IllegalStateException if the borrower has a token, or waits for one
     * @throws WaitTooLongException if the settings bound the wait and it took longer; it names who has held a token longest
     * @throws LockInterruptedException if the thread is or was interrupted before it got one
     * @throws LockRefusedException if the current task is ending, the borrower is a task that is ending or over, too many wait, an
     *     operator ended the wait, or the application is shutting down
     * @throws DeadlockException if this is known to wait for ever
     */
    public Permit acquireOnBehalfOf(Object borrower) {
        return acquire(borrower, pool.patient());
    }

    /**
     * Takes a token, and waits for it at most so long, whatever the settings say.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the token, to be closed, or to be released on behalf of the same borrower
     * @throws IllegalStateException if the borrower has a token, or waits for one
     * @throws WaitTooLongException if it took longer; it names who has held a token longest
     * @throws LockInterruptedException if the thread is or was interrupted before it got one
     * @throws LockRefusedException if the current task is ending, the borrower is a task that is ending or over, too many wait, an
     *     operator ended the wait, or the application is shutting down
     * @throws DeadlockException if this is known to wait for ever
     */
    public Permit acquireOnBehalfOf(Object borrower, Duration waitAtMost) {
        return acquire(borrower, Patience.demanded(waitAtMost));
    }

    private Permit acquire(Object borrower, Patience patience) {
        Permit token = tryAcquire(borrower, patience);
        if (token == null) {
            throw pool.tooLong(patience);
        }
        return token;
    }

    /**
     * Takes a token if one is free and nobody waits. Never blocks.
     *
     * @return the token; {@code null} if there is none
     * @throws IllegalStateException if the borrower has a token, or waits for one
     * @throws LockRefusedException if the current task is ending, or the borrower is a task that is ending or over
     */
    public @Nullable Permit tryAcquireOnBehalfOf(Object borrower) {
        return tryAcquire(borrower, Patience.NONE);
    }

    /**
     * Takes a token, and waits for it at most so long.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the token; {@code null} if it took longer
     * @throws IllegalStateException if the borrower has a token, or waits for one
     * @throws LockInterruptedException if the thread is or was interrupted before it got one
     * @throws LockRefusedException if the current task is ending, the borrower is a task that is ending or over, too many wait, an
     *     operator ended the wait, or the application is shutting down
     */
    public @Nullable Permit tryAcquireOnBehalfOf(Object borrower, Duration waitAtMost) {
        return tryAcquire(borrower, Patience.owned(waitAtMost));
    }

    private @Nullable Permit tryAcquire(Object borrower, Patience patience) {
        Claim claim = claim(borrower);
        return pool.takeOrThrow(claim, patience) ? claim : null;
    }

    private Claim claim(Object borrower) {
        return Claim.onBehalfOf(requireNonNull(borrower, "borrower"), pool);
    }

    /**
     * Takes a token without blocking the thread, and waits for it as long as the settings allow. The future is completed on the
     * executor of the {@link LockEnvironment}, or is complete already if a token was free; it fails with what
     * {@link #acquireOnBehalfOf(Object)} throws, with a {@link LockRefusedException} if the current task or a borrower that is a task
     * ends first. Completing it from outside, by cancelling it or by a time-out, leaves the queue; a future that is derived from it is
     * the caller's own, and cancelling that one has no such effect.
     *
     * @return a future for the token
     * @throws IllegalStateException if the borrower has a token, or waits for one; thrown here, not by the future
     */
    public CompletableFuture<Permit> acquireAsyncOnBehalfOf(Object borrower) {
        return acquireAsync(borrower, pool.patient());
    }

    /**
     * Like {@link #acquireAsyncOnBehalfOf(Object)}, with a bound of its own.
     *
     * @param waitAtMost zero or less: do not wait
     */
    public CompletableFuture<Permit> acquireAsyncOnBehalfOf(Object borrower, Duration waitAtMost) {
        return acquireAsync(borrower, Patience.demanded(waitAtMost));
    }

    private CompletableFuture<Permit> acquireAsync(Object borrower, Patience patience) {
        Claim claim = claim(borrower);
        return Delivery.order(pool, claim, claim, patience, executor);
    }

    /**
     * Gives the borrower's token back, whoever took it: to whoever has waited longest, or to the pool. Never blocks.
     *
     * @throws IllegalStateException if the borrower has no token
     */
    public void releaseOnBehalfOf(Object borrower) {
        Claim claim = pool.held(new Borrower(requireNonNull(borrower, "borrower")));
        if (claim == null || !pool.exits().giveBack(claim)) {
            throw new IllegalStateException(
                    (borrower instanceof Task task ? task.toString() : "The borrower") + " has no token of " + id());
        }
    }

    /**
     * Changes how many tokens there are in all. If more, the oldest waiters get theirs at once, as many as fit. If fewer, nobody
     * loses a token: there are just no new ones before enough have come back. Zero is a pause. Never blocks. Those who wait already are
     * not looked at for a deadlock that there is by lowering it to one: only who comes later finds it.
     *
     * @param total zero or more; {@link #INFINITE} for no limit
     * @throws IllegalArgumentException if it is negative
     */
    public void setTotal(long total) {
        checkTotal(total);
        pool.exits().resize(total);
    }

    /** How many tokens there are in all; {@link #INFINITE} for no limit. */
    public long total() {
        return pool.maximum();
    }

    /** How many are out. Out of date when it returns. */
    public long borrowed() {
        return pool.out();
    }

    /** How many are free, negative if the total was lowered beneath what is out; {@link #INFINITE} if the total is. */
    public long available() {
        return pool.available();
    }

    /** Who has a token, longest first: a copy. */
    public List<Object> borrowers() {
        List<Object> found = new ArrayList<>();
        for (Claim claim : pool.holders()) {
            Borrower borrower = claim.borrower;
            if (borrower != null) {
                found.add(borrower.object());
            }
        }
        return found;
    }

    /** Whether the total is what it was at first, no token is out, and nobody waits. */
    @Override
    public boolean isIdle() {
        return pool.isIdle();
    }

    @Override
    public int waiting() {
        return pool.lot().size();
    }

    /** Ends the owners that are gone without a word, and takes their tokens back then. For a watchdog. */
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
