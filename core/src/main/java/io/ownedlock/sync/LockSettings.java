package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the locks of one name behave.
 *
 * @param onOwnerEnd what becomes of a lock whose owner ended and still held it
 * @param waitAtMost how long a caller that names no time itself is willing to wait; {@code null} for as long as it takes
 */
public record LockSettings(OnOwnerEnd onOwnerEnd, @Nullable Duration waitAtMost) {

    /** Break, and wait as long as it takes. */
    public static final LockSettings DEFAULTS = new LockSettings(OnOwnerEnd.BREAK, null);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if {@code waitAtMost} is negative
     */
    public LockSettings {
        requireNonNull(onOwnerEnd, "onOwnerEnd");
        if (waitAtMost != null && waitAtMost.isNegative()) {
            throw new IllegalArgumentException("waitAtMost must not be negative, but is " + waitAtMost);
        }
    }
}
