package io.ownedlock.sync;

/** Why waiters were failed. */
public enum BreakReason {
    /** The owner ended and still held the lock. */
    OWNER_ENDED,
    /** The thread the owner ran on died. */
    OWNER_THREAD_DIED,
    /** The owner has held the lock for longer than it may, and goes on. */
    OWNER_OVERDUE,
    /** The owner was told to end, and a thread is still inside after its grace. */
    OWNER_STUCK,
    /** Somebody in charge said so. */
    OPERATOR;

    /** Whether the owner still has the lock. */
    public boolean isOwnerInside() {
        return this == OWNER_OVERDUE || this == OWNER_STUCK || this == OPERATOR;
    }
}
