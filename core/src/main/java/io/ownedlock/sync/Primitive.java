package io.ownedlock.sync;

import org.jspecify.annotations.Nullable;

/**
 * What all primitives have in common: a name, owners that may be gone without a word, and a look at them. For registries,
 * watchdogs and operators; how each of them is taken, and what its owner's end does to it, it says itself.
 *
 * <p><b>When the application shuts down</b> nothing is broken by that alone: who waits goes on waiting until an owner gives back, ends
 * or is found dead, until its time is up, or until its thread is interrupted, as an executor does that is shut down at once.
 *
 * <p>Nothing here blocks. What is told is out of date when it returns.
 */
public sealed interface Primitive permits TaskLock, TaskReadWriteLock, TaskSemaphore, CapacityLimiter {

    /** Which one this is. */
    LockId id();

    /** What this is. */
    LockKind kind();

    /** Whether nobody holds it, waits for it, or needs to know what became of it: a new one in its place would be no different. */
    boolean isIdle();

    /**
     * What its next owner will be told, if that is all that keeps it from being {@linkplain #isIdle() idle}: whose end has left it
     * behind. The same object as long as it is the same incident. {@code null} if there is nothing to be told, if anybody holds it
     * or waits for it, and if it is poisoned.
     */
    default @Nullable Abandonment abandonment() {
        return null;
    }

    /** How many wait. */
    int waiting();

    /**
     * Ends the owners that are gone without a word, and gives up what they held then; looks for whatever else only time tells. For a
     * watchdog, one at a time.
     */
    void inspectOwners();

    /** As it is now. */
    LockSnapshot snapshot();
}
