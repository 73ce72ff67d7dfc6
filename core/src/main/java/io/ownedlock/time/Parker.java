package io.ownedlock.time;

/**
 * How a thread sleeps and is woken: {@link java.util.concurrent.locks.LockSupport} behind an interface, so that a test can
 * stand between the decision to sleep and the sleep, and a model checker can be given one it sees through.
 *
 * <p>The contract is {@code LockSupport}'s: one permit per thread, {@link #unpark} before {@link #park} is not lost, and
 * {@code park} may return for no reason, or because the thread is interrupted. Implementations must not throw.
 */
public interface Parker {

    /**
     * Puts the calling thread to sleep until it is unparked or interrupted.
     *
     * @param blocker what a thread dump shows the thread waiting for
     */
    void park(Object blocker);

    /**
     * Like {@link #park}, and at most for a time.
     *
     * @param blocker what a thread dump shows the thread waiting for
     * @param nanos how long at most, in nanoseconds; nothing happens if it is not positive
     */
    void parkNanos(Object blocker, long nanos);

    /** Wakes the thread, or lets its next park return at once. */
    void unpark(Thread thread);

    /** {@link java.util.concurrent.locks.LockSupport}. */
    static Parker system() {
        return SystemParker.INSTANCE;
    }
}
