package io.ownedlock.deadlock;

/**
 * A task waits for another to be over, or for a future of its own, as it has {@linkplain DeadlockDetector#joining(io.ownedlock.task.Task)
 * declared}: until this is closed, on whatever thread, or that task is over.
 */
@FunctionalInterface
public interface Joining extends AutoCloseable {

    /** The wait is over, however it came out. Closing twice does nothing. */
    @Override
    void close();
}
