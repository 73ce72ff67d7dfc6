package io.ownedlock.sync;

import org.jspecify.annotations.Nullable;

/**
 * What all primitives have in common: a name, owners that may be gone without a word, and a look at them. For registries,
 * watchdogs and operators; how each of them is taken, and what its owner's end does to it, it says itself.
 *
 * <p><b>When the application shuts down</b> nothing is broken by that alone: who waits goes on waiting until an owner gives back, ends
 * or is found dead, until its time is up, or until its thread is interrupted, as an executor does that is shut down at once. Once
 * {@link Shutdown} has begun nobody waits any more; what is free can still be taken, and what is held be taken again and released.
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

    /** What it is doing, as a {@link #snapshot()} says; costs much less. */
    LockState state();

    /**
     * Ends the owners that are gone without a word, and gives up what they held then; looks for whatever else only time tells. For a
     * watchdog, one at a time.
     */
    void inspectOwners();

    /**
     * Ends the waiting of one task, since somebody in charge said so: it fails with a {@link LockRefusedException} that says that.
     * Whoever holds this, and whoever else waits, is not disturbed.
     *
     * @param taskId the {@linkplain io.ownedlock.task.Task#id() id} of the task
     * @return whether it was waiting in line; who waits for a condition to be notified is not
     */
    boolean cancelWaiter(long taskId);

    /**
     * Sends everyone away who waits, once {@link Shutdown} has begun; without it, nobody. Who waits for a lock that somebody holds fails
     * with a {@link BrokenLockException} that names that one, everyone else with a {@link LockRefusedException}; and so does from
     * then on whoever would have to wait.
     */
    void turnWaitersAway();

    /** As it is now. */
    LockSnapshot snapshot();
}
