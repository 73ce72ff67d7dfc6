package io.ownedlock.sync;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The permits of a {@link TaskSemaphore} as nobody's: whoever takes one owes nothing, and anybody may release one, whether it took
 * one or not. That is for handing over between tasks, where one does and another goes on.
 *
 * <p>Nothing is reclaimed: a permit whose taker ends stays out until somebody releases one, and nobody is told. Nor is a wait
 * for one part of a deadlock that would be noticed, since nobody knows who will release.
 *
 * <p>Owned and shared permits come from one pool, and those who want either stand in one queue.
 */
public final class SharedPermits {

    private final PermitPool pool;
    private final Executor executor;

    /** Bounded or not, it is no part of a deadlock. */
    private final Patience patient;

    SharedPermits(PermitPool pool, Executor executor) {
        this.pool = pool;
        this.executor = executor;
        this.patient = new Patience(pool.patient().nanos(), true, true);
    }

    /**
     * Takes a permit, and waits for it as long as the settings allow: for ever, if they set no bound and nobody releases one.
     *
     * @throws WaitTooLongException if the settings bound the wait and it took longer
     * @throws LockInterruptedException if the thread is or was interrupted before it got one
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     */
    public void acquire() {
        if (!pool.takeOrThrow(Claim.shared(pool), patient)) {
            throw pool.tooLong(patient);
        }
    }

    /**
     * Takes a permit if one is free and nobody waits. Never blocks.
     *
     * @return whether it got one
     * @throws LockRefusedException if the current task is ending
     */
    public boolean tryAcquire() {
        return pool.takeOrThrow(Claim.shared(pool), Patience.NONE);
    }

    /**
     * Takes a permit, and waits for it at most so long.
     *
     * @param waitAtMost zero or less: do not wait
     * @return whether it got one
     * @throws LockInterruptedException if the thread is or was interrupted before it got one
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     */
    public boolean tryAcquire(Duration waitAtMost) {
        return pool.takeOrThrow(Claim.shared(pool), Patience.owned(waitAtMost));
    }

    /**
     * Takes a permit without blocking the thread, and waits for it as long as the settings allow; see
     * {@link TaskSemaphore#acquireAsync()}. The future fails with what {@link #acquire()} throws. If it is cancelled, the permit goes to
     * somebody else.
     */
    public CompletableFuture<@Nullable Void> acquireAsync() {
        return Delivery.order(pool, Claim.shared(pool), null, patient, executor);
    }

    /**
     * Like {@link #acquireAsync()}, with a bound of its own.
     *
     * @param waitAtMost zero or less: do not wait
     */
    public CompletableFuture<@Nullable Void> acquireAsync(Duration waitAtMost) {
        return Delivery.order(pool, Claim.shared(pool), null, Patience.owned(waitAtMost), executor);
    }

    /**
     * Adds a permit: it goes to whoever has waited longest, or to the pool if nobody waits. Never blocks.
     *
     * @throws IllegalStateException if as many are free or owned as there may be; nothing has changed then
     */
    public void release() {
        if (!pool.exits().add()) {
            throw new IllegalStateException(pool.id() + " was released too many times: there may be " + pool.maximum()
                    + ", and as many are free or held by tasks");
        }
    }
}
