package io.ownedlock.sync;

/** What a lock is doing. */
public enum LockState {
    /** Nobody holds it. */
    FREE,
    /** A task holds it. */
    HELD,
    /** Its owner ended and still held it; it serves nobody until it is repaired. */
    POISONED
}
