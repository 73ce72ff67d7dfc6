package io.ownedlock.sync;

/** What a {@link Primitive} is doing. A semaphore or a limiter is only ever free or held. */
public enum LockState {
    /** Nobody holds it. */
    FREE,
    /** A task holds it, or a part of it. */
    HELD,
    /** A task holds it, and nobody else is served before it has released it. */
    SEALED,
    /** Its owner ended and still held it; it serves nobody until it is repaired. */
    POISONED
}
