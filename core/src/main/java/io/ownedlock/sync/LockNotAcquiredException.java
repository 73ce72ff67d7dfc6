package io.ownedlock.sync;

import org.jspecify.annotations.Nullable;

/** A lock was not got, and what it protects was not touched. The subclasses say why. */
public abstract class LockNotAcquiredException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final LockId lock;

    LockNotAcquiredException(LockId lock, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.lock = lock;
    }

    /** Without a stack trace. */
    LockNotAcquiredException(LockId lock, String message) {
        super(message, null, true, false);
        this.lock = lock;
    }

    /** Which lock. */
    public LockId lock() {
        return lock;
    }
}
