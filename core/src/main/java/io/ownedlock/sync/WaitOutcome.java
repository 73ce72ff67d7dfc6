package io.ownedlock.sync;

/** How a wait for a lock came out; exactly one for each. */
public enum WaitOutcome {
    /** The lock was got. */
    GRANTED,
    /** The owner died: {@link BrokenLockException}. */
    BROKEN,
    /** The lock was not got in time. */
    TIMED_OUT,
    /** The waiting thread was interrupted. */
    INTERRUPTED,
    /** It would not be given: {@link LockRefusedException}, {@link DeadlockException}. */
    REFUSED;

    static WaitOutcome of(RuntimeException told) {
        return told instanceof BrokenLockException
                ? BROKEN
                : told instanceof WaitTooLongException ? TIMED_OUT : REFUSED;
    }
}
