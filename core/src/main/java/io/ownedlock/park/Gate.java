package io.ownedlock.park;

/**
 * Is told by threads of each wait that has no end its caller is content with: of one in {@code acquire(Duration)}, and not of one in
 * {@code tryAcquire(Duration)}. It may fail a waiter, this one or another, with
 * {@link ParkingLot#fail}. Called by the waiting thread under no lock; must not throw.
 */
public interface Gate {

    /** Lets everyone wait. */
    Gate OPEN = new Gate() {};

    /** The waiter has joined its lot and is about to park. */
    default void entered(Waiter waiter) {}

    /** The wait is over, however it came out. Called once for each {@link #entered}. */
    default void left(Waiter waiter) {}
}
