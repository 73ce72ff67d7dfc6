package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;

/**
 * Hears what happens to locks. Called on the thread that made it happen, under no lock of the library; what a listener throws
 * is logged and harms nobody, and what it takes in time, the caller waits.
 */
public interface LockListener {

    /**
     * A task got a lock it did not hold before.
     *
     * @param waitNanos how long it waited; 0 if it did not
     */
    default void acquired(LockId lock, long waitNanos) {}

    /**
     * A task did not get a lock: it gave up waiting, or had to, or was turned away as soon as it came. Not called for a try at a lock
     * that is just held.
     *
     * @param outcome why; never {@code GRANTED}
     * @param waitNanos how long it waited; 0 if it did not
     */
    default void notAcquired(LockId lock, WaitOutcome outcome, long waitNanos) {}

    /**
     * A task gave a lock back for good.
     *
     * @param heldNanos how long it held it
     */
    default void released(LockId lock, long heldNanos) {}

    /**
     * A task ended and still held a lock.
     *
     * @param waitersTold how many were waiting and have been told
     */
    default void abandoned(Abandonment abandonment, int waitersTold) {}

    /**
     * A wait that would never have ended was refused; {@link #notAcquired} is called as well.
     *
     * @param lock what the victim waited for
     * @param cycle who waits for whom, a line for each
     */
    default void deadlock(LockId lock, String cycle) {}

    /**
     * A wait will never end, and goes on all the same, since deadlocks are only warned of: it is in the log already. Told once for each
     * such wait.
     *
     * @param lock what is waited for
     * @param cycle who waits for whom, a line for each
     */
    default void deadlockWarned(LockId lock, String cycle) {}

    /** A task is about to wait for a lock. */
    default void contended(LockId lock) {}

    /** An owner has held a lock for longer than it may. Told once for each time it got it. */
    default void overdue(Overdue overdue) {}

    /**
     * Nobody may wait for an owner of a lock until it has released it. Told once for each owner.
     *
     * @param waitersTold how many were waiting and have been told; where several owners were sealed at once, with the first of them
     */
    default void sealed(Abandonment abandonment, int waitersTold) {}

    /**
     * A task ended and still held a permit of a semaphore or a limiter, or the read side of a lock, which went back to the others.
     *
     * @param owner the task that ended
     * @param heldNanos how long it held it
     */
    default void reclaimed(LockId lock, TaskInfo owner, long heldNanos) {}

    /** A poisoned lock was repaired. */
    default void repaired(LockId lock) {}
}
