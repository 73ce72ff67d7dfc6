package io.ownedlock.sync;

import io.ownedlock.task.TaskEnd;

/** Why waiters were failed. */
public enum BreakReason {
    /** The owner ended and still held the lock. */
    OWNER_ENDED,
    /** The thread the owner ran on died. */
    OWNER_THREAD_DIED,
    /** The owner's end was missed by those who should tell it, and found out later. */
    OWNER_END_MISSED,
    /** Nobody was left who could have ended the owner, or gone on with it. */
    OWNER_UNREACHABLE,
    /** The owner has held the lock for longer than it may, and goes on. */
    OWNER_OVERDUE,
    /** The owner was told to end, and a thread is still inside after its grace. */
    OWNER_STUCK,
    /** Somebody in charge said so. */
    OPERATOR,
    /** The application is about to be gone, and the owner still has the lock. */
    SHUTDOWN;

    static BreakReason of(TaskEnd end) {
        return switch (end.cause()) {
            case TOLD -> OWNER_ENDED;
            case THREAD_DIED -> OWNER_THREAD_DIED;
            case MISSED -> OWNER_END_MISSED;
            case UNREACHABLE -> OWNER_UNREACHABLE;
        };
    }

    /** Whether the owner still has the lock. */
    public boolean isOwnerInside() {
        return this == OWNER_OVERDUE || this == OWNER_STUCK || this == OPERATOR || this == SHUTDOWN;
    }
}
