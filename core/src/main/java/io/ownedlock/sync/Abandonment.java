package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One incident: a lock whose owner ended and still held it, or is in everybody's way. Text and times only, so that it can be kept.
 *
 * @param incident an id that is also in the log
 * @param lock which lock
 * @param owner whose fault
 * @param acquiredAt since when the owner held it
 * @param site where in the code the owner had acquired it; {@code null} unless {@link LockSettings#captureSite()}
 * @param brokenAt when that was found
 * @param reason why
 * @param policy what became of the lock, if it was the owner's own
 * @param lender who had only lent it to the owner, and has it back; {@code null} if it was the owner's own
 */
public record Abandonment(
        String incident,
        LockId lock,
        TaskInfo owner,
        Instant acquiredAt,
        @Nullable StackTraceElement site,
        Instant brokenAt,
        BreakReason reason,
        OnOwnerEnd policy,
        @Nullable TaskInfo lender)
        implements Serializable {

    private static final String TRY_AGAIN =
            "and the call can be tried again; what it protects may be half done, as Hold.predecessor() tells the next owner.";

    /** What happened, for people. */
    public String describe() {
        String acquired = acquiredAt + (site == null ? "" : ", acquired at " + site);
        return what() + ": " + owner.describe()
                + (reason.isOwnerInside()
                        ? ", which has held it since " + acquired + ", found at "
                        : ", which had held it since " + acquired + (site == null ? "" : ",")
                                + " and was found gone at ")
                + brokenAt;
    }

    private String what() {
        return switch (reason) {
            case OWNER_ENDED -> "its owner ended without releasing it";
            case OWNER_THREAD_DIED -> "the thread of its owner died";
            case OWNER_END_MISSED -> "its owner is over, but its end was missed";
            case OWNER_UNREACHABLE -> "nobody can end its owner, or go on with it, any more";
            case OWNER_OVERDUE -> "its owner holds it for too long";
            case OWNER_STUCK -> "its owner was told to end and does not leave";
            case OPERATOR -> "an operator sent its waiters away";
            case SHUTDOWN -> "the application is shutting down, and its owner has not released it in time";
        };
    }

    /** What to do about it, for people. */
    String advice() {
        if (reason == BreakReason.SHUTDOWN) {
            return "Nobody may wait any more: try again when the application is back, or with another instance of it.";
        }
        if (reason.isOwnerInside()) {
            return "Nobody may wait for it until its owner has released it: see what that thread is doing.";
        }
        return switch (policy) {
            case BREAK -> "It is free again, " + TRY_AGAIN;
            case POISON -> "It stays poisoned until it is repaired: check what it protects, then call its repair().";
            case HAND_OVER -> "It went on to the first who waited, or is free if nobody did, " + TRY_AGAIN;
        };
    }
}
