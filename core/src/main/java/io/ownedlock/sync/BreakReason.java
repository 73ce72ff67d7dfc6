package io.ownedlock.sync;

/** Why waiters were failed. */
public enum BreakReason {
    /** The owner ended and still held the lock. */
    OWNER_ENDED,
    /** The thread the owner ran on died. */
    OWNER_THREAD_DIED
}
