package io.ownedlock.park;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the waiters of a lot wait for: who is in their way, how many may wait, and what who may not is told. */
public interface Resource {

    /**
     * Who has to let go before a waiter gets on, every one of them; empty if nobody has, or it is not known who. Read without
     * any lock, so it may be out of date at once; the identity of a holding tells whether it is still the same. Must neither block nor throw.
     */
    List<? extends Holding> holdings();

    /**
     * Which of the {@link #holdings()} this waiter waits for: not those that it may share, or take over. Read like those, again and
     * again, so it must neither block nor throw.
     */
    default List<? extends Holding> inTheWayOf(Waiter waiter) {
        return holdings();
    }

    /**
     * Whether this waiter may overtake nobody, so that it waits for all those before it too. Read again and again, like
     * {@link #inTheWayOf}.
     */
    default boolean isFairTo(Waiter waiter) {
        return false;
    }

    /** How many may be in line when somebody joins it who is not let ahead. Read under the lot's monitor. */
    default int maxWaiters() {
        return Integer.MAX_VALUE;
    }

    /** Makes what somebody throws who has found {@link #maxWaiters()} in line. Called on its thread, without any lock. */
    default RuntimeException noRoom() {
        return new IllegalStateException("As many as may wait are waiting, " + maxWaiters());
    }

    /** What it is called, the same for all of its sort. Its text, if nothing else is said. */
    default String name() {
        return toString();
    }

    /** Which one of that name; {@code null} if there is only one. May come from outside, and is not for everybody to see. */
    default @Nullable String key() {
        return null;
    }

    /**
     * Makes what a waiter throws that would wait for ever.
     *
     * @param cycle who waits for whom, for people, one line for each
     */
    RuntimeException deadlock(String cycle);

    /**
     * Hears that a waiter will wait for ever and is left to it, since that is only warned of. Called under no lock.
     *
     * @param cycle who waits for whom, for people, one line for each
     */
    default void deadlockWarned(String cycle) {}
}
