package io.ownedlock.spring.observe;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.task.TaskInfo;

/** What to say to whoever reads of an incident, one row for each case. */
final class Advice {

    private Advice() {}

    /** Where the lock of an owner that is gone went. */
    static String whatBecameOfTheLock(Abandonment abandonment) {
        TaskInfo lender = abandonment.lender();
        if (lender != null) {
            return "It went back to " + lender.label()
                    + ", which had lent it, or is free if that one has released it; Hold.predecessor() tells of this.";
        }
        return switch (abandonment.policy()) {
            case BREAK -> "It is free again, and its next owner can see this in Hold.predecessor().";
            case POISON ->
                "It stays poisoned: check what it protects, then repair it, by the endpoint ownedlocks or by its repair().";
            case HAND_OVER ->
                "It went on to the first who waited, or is free if nobody did; its next owner can see this in Hold.predecessor().";
        };
    }

    /** What to do, so that it does not happen again. */
    static String against(BreakReason reason) {
        return switch (reason) {
            case OWNER_ENDED -> "Find where that task takes the lock, and close the hold in a finally.";
            case OWNER_THREAD_DIED -> "Find out why that thread ended, and close the hold in a finally.";
            case OWNER_END_MISSED ->
                "Find out why nobody said that it was over, as when an asynchronous request is never completed,"
                        + " and close the hold in a finally.";
            case OWNER_UNREACHABLE ->
                "Find who dropped the future that was to be completed, and complete it on every way out.";
            case OWNER_OVERDUE ->
                "See what that thread is doing, and give what it waits for a timeout; or raise hold-at-most, if it may take"
                        + " so long.";
            case OWNER_STUCK ->
                "Take a thread dump to see why that thread goes on, and give what it waits for a timeout; or raise ending-grace.";
            case OPERATOR -> "Ask who did it, and see what that thread is doing: it holds the lock all the same.";
            case SHUTDOWN ->
                "Give what that thread waits for a timeout, or those at work more time: spring.lifecycle.timeout-per-shutdown-phase.";
        };
    }
}
