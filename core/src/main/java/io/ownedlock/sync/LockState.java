package io.ownedlock.sync;

/** What a lock is doing. */
public enum LockState {
    /** Nobody holds it. */
    FREE,
    /** A task holds it. */
    HELD,
    /** A task holds it, and nobody else is served before it has released it. */
    SEALED,
    /** Its owner ended and still held it; it serves nobody until it is repaired. */
    POISONED
}
