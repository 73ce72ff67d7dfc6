package io.ownedlock.sync;

/** What happens when an owner has held a lock for longer than it may. The owner keeps it either way. */
public enum OnOverdue {
    /** The listeners are told. */
    WARN,
    /** The lock is sealed, too: those who wait fail, and so does who comes, until the owner has released it. */
    BREAK_WAITERS
}
