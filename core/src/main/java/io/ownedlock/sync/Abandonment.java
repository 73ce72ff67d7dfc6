package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.io.Serializable;
import java.time.Instant;

/**
 * One incident: a lock whose owner ended and still held it. Text and times only, so that it can be kept.
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
        return (reason == BreakReason.OWNER_THREAD_DIED
                        ? "the thread of its owner died: "
                        : "its owner ended without releasing it: ")
                + owner.label()
                + (owner.thread() == null ? "" : " on thread " + owner.thread())
                + ", which had held it since " + acquiredAt + " and was found gone at " + brokenAt;
    }
}
