package io.ownedlock.sync;

/** What becomes of a lock whose owner ended and still held it, and of those who wait for it at that moment. */
public enum OnOwnerEnd {
    /** Those who wait fail; the lock is free again, and its next owner is told: one dead task is one incident, not an outage. The default. */
    BREAK,
    /**
     * Those who wait fail; the lock stays broken for everyone until {@link TaskLock#repair()}, for state that must be looked at first. What Python
     * Trio does, and Rust's mutex.
     */
    POISON,
    /**
     * The first who waits gets the lock and is told, the others go on waiting; free for the next to come if nobody waits. What
     * POSIX's robust mutex does.
     */
    HAND_OVER
}
