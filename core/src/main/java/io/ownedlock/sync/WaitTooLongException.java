package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The lock was not got within the time its caller was willing to wait, while its owner lives. */
public final class WaitTooLongException extends LockNotAcquiredException {

    private static final long serialVersionUID = 1L;

    private final Duration waited;
    private final @Nullable TaskInfo owner;
    private final @Nullable Instant heldSince;
    private final @Nullable StackTraceElement site;

    WaitTooLongException(LockId lock, Duration waited, @Nullable TaskInfo owner, @Nullable Instant heldSince) {
        this(lock, waited, owner, heldSince, null);
    }

    WaitTooLongException(
            LockId lock,
            Duration waited,
            @Nullable TaskInfo owner,
            @Nullable Instant heldSince,
            @Nullable StackTraceElement site) {
        super(lock, message(lock, waited, owner, heldSince, site), null);
        this.waited = waited;
        this.owner = owner;
        this.heldSince = heldSince;
        this.site = site;
    }

    private static String message(
            LockId lock,
            Duration waited,
            @Nullable TaskInfo owner,
            @Nullable Instant heldSince,
            @Nullable StackTraceElement site) {
        return "Lock " + lock + " was not got within " + waited.toMillis() + " ms: "
                + (owner == null
                        ? "others were faster."
                        : "it is held by " + owner.describe() + " since " + heldSince
                                + (site == null ? "" : ", acquired at " + site) + ". See what it is doing.")
                + " Try again later, or allow more time (wait-at-most).";
    }

    /** How long the caller was willing to wait. */
    public Duration waited() {
        return waited;
    }

    /** The task that held the lock when time ran out; {@code null} if it was between two owners then. */
    public @Nullable TaskInfo owner() {
        return owner;
    }

    /** Since when that task had held it. */
    public @Nullable Instant heldSince() {
        return heldSince;
    }

    /** Where in the code that task had acquired it; {@code null} unless {@link LockSettings#captureSite()}. */
    public @Nullable StackTraceElement site() {
        return site;
    }
}
