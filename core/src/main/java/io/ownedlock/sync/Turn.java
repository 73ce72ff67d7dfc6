package io.ownedlock.sync;

import io.ownedlock.park.Waiter;

/** What a primitive does for a waiter that is awake. */
interface Turn {

    /** Takes what the waiter waits for and the waiter out of the queue, in one step, if it is its turn. */
    default boolean claim(Waiter waiter) {
        return false;
    }

    /**
     * Looks whether there is still something to wait for, and fails the waiter or changes the primitive if not.
     *
     * @return whether anything was changed, so that the waiter has to look again
     */
    boolean look(Waiter waiter);

    /** The waiter has left without what it waited for; whoever is next may have been waiting behind it. */
    void passOn();
}
