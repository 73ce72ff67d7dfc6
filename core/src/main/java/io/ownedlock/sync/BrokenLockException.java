package io.ownedlock.sync;

import org.jspecify.annotations.Nullable;

/**
 * The lock's owner ended and still held it. Thrown to those who waited at that moment, each with an exception of its own, and
 * by a lock that has been poisoned since. Or the owner lives and is in everybody's way, and the lock is sealed until it has
 * released it. What the lock protects was not touched by the caller.
 *
 * <p>The message says which lock, whose fault, since when, and what to do; {@link #abandonment()} has the same in parts. The cause is
 * what the owner failed with, if that is known and the caller waited when it happened.
 */
public final class BrokenLockException extends LockNotAcquiredException {

    private static final long serialVersionUID = 1L;

    private final Abandonment abandonment;

    BrokenLockException(Abandonment abandonment, @Nullable Throwable cause) {
        super(abandonment.lock(), message(abandonment), cause);
        this.abandonment = abandonment;
    }

    private static String message(Abandonment abandonment) {
        return "Lock " + abandonment.lock() + " is broken (" + abandonment.reason() + "): " + abandonment.describe()
                + ". " + abandonment.advice() + " Incident " + abandonment.incident() + ".";
    }

    /** Who left the lock behind, since when it had been held, and why the waiters were told. */
    public Abandonment abandonment() {
        return abandonment;
    }
}
