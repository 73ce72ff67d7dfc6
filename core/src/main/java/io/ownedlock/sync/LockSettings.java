package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the locks of one name behave. Start from {@link #DEFAULTS}. Semaphores and limiters go by {@code waitAtMost} and
 * {@code maxWaiters} alone.
 *
 * @param onOwnerEnd what becomes of a lock whose owner ended and still held it
 * @param waitAtMost how long a caller that names no time itself is willing to wait; {@code null} for as long as it takes
 * @param fair whether nobody may overtake those who wait; costs a context switch for each of them. In a read/write pair nobody ever
 *     does
 * @param reentrant whether the owner may take the lock again; otherwise that is an error
 * @param maxWaiters how many may wait at a time; the next one is refused
 * @param holdAtMost how long an owner may hold the lock before it is overdue; {@code null} for as long as it likes
 * @param onOverdue what happens then
 * @param endingGrace how long a thread may stay inside after its task was told to end, before the lock is sealed
 * @param captureSite whether to note where in the code an owner has acquired the lock, for errors and logs to name; each acquisition
 *     then walks the stack
 */
public record LockSettings(
        OnOwnerEnd onOwnerEnd,
        @Nullable Duration waitAtMost,
        boolean fair,
        boolean reentrant,
        int maxWaiters,
        @Nullable Duration holdAtMost,
        OnOverdue onOverdue,
        Duration endingGrace,
        boolean captureSite) {

    /**
     * Break, wait as long as it takes and as many as come, overtaking and re-entry allowed, hold as long as it takes, half a
     * minute of grace, no site captured.
     */
    public static final LockSettings DEFAULTS = new LockSettings(
            OnOwnerEnd.BREAK,
            null,
            false,
            true,
            Integer.MAX_VALUE,
            null,
            OnOverdue.WARN,
            Duration.ofSeconds(30),
            false);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if any of them is negative
     */
    public LockSettings {
        requireNonNull(onOwnerEnd, "onOwnerEnd");
        requireNonNull(onOverdue, "onOverdue");
        requireNotNegative("waitAtMost", waitAtMost);
        requireNotNegative("holdAtMost", holdAtMost);
        requireNotNegative("endingGrace", requireNonNull(endingGrace, "endingGrace"));
        if (maxWaiters < 0) {
            throw new IllegalArgumentException("maxWaiters must not be negative, but is " + maxWaiters);
        }
    }

    private static void requireNotNegative(String name, @Nullable Duration value) {
        if (value != null && value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative, but is " + value);
        }
    }

    /** The same with another policy. */
    public LockSettings withOnOwnerEnd(OnOwnerEnd policy) {
        return new LockSettings(
                policy, waitAtMost, fair, reentrant, maxWaiters, holdAtMost, onOverdue, endingGrace, captureSite);
    }

    /** The same with another bound of waiting; {@code null} for none. */
    public LockSettings withWaitAtMost(@Nullable Duration atMost) {
        return new LockSettings(
                onOwnerEnd, atMost, fair, reentrant, maxWaiters, holdAtMost, onOverdue, endingGrace, captureSite);
    }

    /** The same, fair or not. */
    public LockSettings withFair(boolean isFair) {
        return new LockSettings(
                onOwnerEnd, waitAtMost, isFair, reentrant, maxWaiters, holdAtMost, onOverdue, endingGrace, captureSite);
    }

    /** The same, re-entrant or not. */
    public LockSettings withReentrant(boolean isReentrant) {
        return new LockSettings(
                onOwnerEnd, waitAtMost, fair, isReentrant, maxWaiters, holdAtMost, onOverdue, endingGrace, captureSite);
    }

    /** The same with room for another number of waiters. */
    public LockSettings withMaxWaiters(int atMost) {
        return new LockSettings(
                onOwnerEnd, waitAtMost, fair, reentrant, atMost, holdAtMost, onOverdue, endingGrace, captureSite);
    }

    /** The same with another bound of holding; {@code null} for none. */
    public LockSettings withHoldAtMost(@Nullable Duration atMost) {
        return new LockSettings(
                onOwnerEnd, waitAtMost, fair, reentrant, maxWaiters, atMost, onOverdue, endingGrace, captureSite);
    }

    /** The same with another answer to overdue owners. */
    public LockSettings withOnOverdue(OnOverdue answer) {
        return new LockSettings(
                onOwnerEnd, waitAtMost, fair, reentrant, maxWaiters, holdAtMost, answer, endingGrace, captureSite);
    }

    /** The same with another grace. */
    public LockSettings withEndingGrace(Duration grace) {
        return new LockSettings(
                onOwnerEnd, waitAtMost, fair, reentrant, maxWaiters, holdAtMost, onOverdue, grace, captureSite);
    }

    /** The same, noting where locks are acquired or not. */
    public LockSettings withCaptureSite(boolean capture) {
        return new LockSettings(
                onOwnerEnd, waitAtMost, fair, reentrant, maxWaiters, holdAtMost, onOverdue, endingGrace, capture);
    }
}
