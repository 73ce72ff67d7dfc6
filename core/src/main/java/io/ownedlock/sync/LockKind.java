package io.ownedlock.sync;

/** What a {@link Primitive} is. */
public enum LockKind {
    /** A {@link TaskLock}. */
    LOCK,
    /** A {@link TaskReadWriteLock}. */
    READ_WRITE,
    /** A {@link TaskSemaphore}. */
    SEMAPHORE,
    /** A {@link CapacityLimiter}. */
    LIMITER
}
