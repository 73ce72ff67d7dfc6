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
    /** The waiting task is ending itself: {@link LockRefusedException}. */
    REFUSED
}
