package io.ownedlock.sync;

/** Which of the two locks of a {@link TaskReadWriteLock}. */
enum Side {
    /** Shared. */
    READ,
    /** Alone. */
    WRITE
}
