package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the locks of one name behave. Start from {@link #DEFAULTS}.
 *
 * @param onOwnerEnd what becomes of a lock whose owner ended and still held it
 * @param waitAtMost how long a caller that names no time itself is willing to wait; {@code null} for as long as it takes
 * @param fair whether nobody may overtake those who wait; costs a context switch for each of them
 * @param reentrant whether the owner may take the lock again; otherwise that is an error
 * @param maxWaiters how many may wait at a time; the next one is refused
 */
public record LockSettings(
        OnOwnerEnd onOwnerEnd, @Nullable Duration waitAtMost, boolean fair, boolean reentrant, int maxWaiters) {

    /** Break, wait as long as it takes and as many as come, overtaking and re-entry allowed. */
    public static final LockSettings DEFAULTS =
            new LockSettings(OnOwnerEnd.BREAK, null, false, true, Integer.MAX_VALUE);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if {@code waitAtMost} or {@code maxWaiters} is negative
     */
    public LockSettings {
        requireNonNull(onOwnerEnd, "onOwnerEnd");
        if (waitAtMost != null && waitAtMost.isNegative()) {
            throw new IllegalArgumentException("waitAtMost must not be negative, but is " + waitAtMost);
        }
        if (maxWaiters < 0) {
            throw new IllegalArgumentException("maxWaiters must not be negative, but is " + maxWaiters);
        }
    }

    /** The same with another policy. */
    public LockSettings withOnOwnerEnd(OnOwnerEnd policy) {
        return new LockSettings(policy, waitAtMost, fair, reentrant, maxWaiters);
    }

    /** The same with another bound of waiting; {@code null} for none. */
    public LockSettings withWaitAtMost(@Nullable Duration atMost) {
        return new LockSettings(onOwnerEnd, atMost, fair, reentrant, maxWaiters);
    }

    /** The same, fair or not. */
    public LockSettings withFair(boolean isFair) {
        return new LockSettings(onOwnerEnd, waitAtMost, isFair, reentrant, maxWaiters);
    }

    /** The same, re-entrant or not. */
    public LockSettings withReentrant(boolean isReentrant) {
        return new LockSettings(onOwnerEnd, waitAtMost, fair, isReentrant, maxWaiters);
    }

    /** The same with room for another number of waiters. */
    public LockSettings withMaxWaiters(int atMost) {
        return new LockSettings(onOwnerEnd, waitAtMost, fair, reentrant, atMost);
    }
}
