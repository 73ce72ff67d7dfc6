package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.io.Serializable;
import java.time.Instant;

/**
 * One incident: a lock whose owner ended and still held it, or is in everybody's way. Text and times only, so that it can be kept.
 *
 * @param incident an id that is also in the log
 * @param lock which lock
 * @param owner whose fault
 * @param acquiredAt since when the owner held it
 * @param brokenAt when that was found
 * @param reason why
 * @param policy what became of the lock
 */
public record Abandonment(
        String incident,
        LockId lock,
        TaskInfo owner,
        Instant acquiredAt,
        Instant brokenAt,
        BreakReason reason,
        OnOwnerEnd policy)
        implements Serializable {

    /** What happened, for people. */
    public String describe() {
        return what() + ": " + owner.label()
                + (owner.thread() == null ? "" : " on thread " + owner.thread())
                + ", which " + (reason.isOwnerInside() ? "has" : "had") + " held it since " + acquiredAt
                + (reason.isOwnerInside() ? ", found at " : " and was found gone at ") + brokenAt;
    }

    private String what() {
        return switch (reason) {
            case OWNER_ENDED -> "its owner ended without releasing it";
            case OWNER_THREAD_DIED -> "the thread of its owner died";
            case OWNER_END_MISSED -> "its owner is over, but its end was missed";
            case OWNER_UNREACHABLE -> "nobody can end its owner, or go on with it, any more";
            case OWNER_OVERDUE -> "its owner holds it for too long";
            case OWNER_STUCK -> "its owner was told to end and does not leave";
            case OPERATOR -> "its waiters were sent away";
        };
    }

    /** What to do about it, for people. */
    String advice() {
        return reason.isOwnerInside()
                ? "It serves nobody until its owner has released it: see what that thread is doing."
                : policy == OnOwnerEnd.POISON
                        ? "It stays poisoned until it is repaired: check what it protects, then call TaskLock.repair()."
                        : "It is free again: the call can be tried again.";
    }
}
