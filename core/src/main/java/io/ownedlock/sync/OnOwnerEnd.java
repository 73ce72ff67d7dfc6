package io.ownedlock.sync;

/** What becomes of a lock whose owner ended and still held it. Those parked at that moment fail either way. */
public enum OnOwnerEnd {
    /** The lock is free again, and its next owner is told: one dead task is one incident, not an outage. The default. */
    BREAK,
    /**
     * The lock stays broken for everyone until {@link TaskLock#repair()}, for state that must be looked at first. What Python
     * Trio does, and Rust's mutex.
     */
    POISON
}
