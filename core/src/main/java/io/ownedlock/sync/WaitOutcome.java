package io.ownedlock.sync;

/** How a wait for a lock came out; exactly one for each. */
public enum WaitOutcome {
    /** The lock was got. */
    GRANTED,
    /** The owner ended, or the lock is sealed or poisoned: {@link BrokenLockException}. */
    BROKEN,
    /** The lock was not got in time. */
    TIMED_OUT,
    /** The waiting thread was interrupted. */
    INTERRUPTED,
    /** It would not be given: {@link LockRefusedException}. */
    REFUSED,
    /** The wait would never have ended: {@link DeadlockException}. */
    DEADLOCK;

    /** How the wait came out whose task was told this. */
    public static WaitOutcome of(RuntimeException told) {
        if (told instanceof BrokenLockException) {
            return BROKEN;
        }
        if (told instanceof WaitTooLongException) {
            return TIMED_OUT;
        }
        if (told instanceof LockInterruptedException) {
            return INTERRUPTED;
        }
        return told instanceof DeadlockException ? DEADLOCK : REFUSED;
    }
}
