package io.ownedlock.sync;

/**
 * Whether nobody may wait any more, since the application is about to be gone: one for all primitives that belong together. It does not
 * come back. Who {@linkplain #begin() begins} it has every {@linkplain Primitive#turnWaitersAway() waiter turned away} after that;
 * who joins a line later finds it begun before it parks.
 */
public final class Shutdown {

    private volatile boolean begun;

    /** From now on nobody parks. */
    public void begin() {
        begun = true;
    }

    /** Whether it has begun. */
    public boolean hasBegun() {
        return begun;
    }
}
