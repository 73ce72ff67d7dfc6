package io.ownedlock.deadlock;

/** One task waits for another to be over, as it has {@linkplain DeadlockDetector#joining declared}, until this is closed. */
@FunctionalInterface
public interface Joining extends AutoCloseable {

    /** The wait is over, however it came out. */
    @Override
    void close();
}
