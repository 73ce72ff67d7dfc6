package io.ownedlock.park;

import java.util.List;

/** What the waiters of a lot wait for, as far as somebody must know who looks for cycles of waiting. */
public interface Resource {

    /**
     * Who has to let go before a waiter gets on, every one of them; empty if nobody has, or it is not known who. Read without
     * any lock, so it may be out of date at once; the identity of a holding tells whether it is still the same.
     */
    List<? extends Holding> holdings();

    /**
     * Makes what a waiter throws that would wait for ever.
     *
     * @param cycle who waits for whom, for people
     */
    RuntimeException deadlock(String cycle);
}
