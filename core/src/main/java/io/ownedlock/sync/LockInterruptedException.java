package io.ownedlock.sync;

/** The thread was interrupted before it got the lock. Its interrupt status is set. */
public final class LockInterruptedException extends LockNotAcquiredException {

    private static final long serialVersionUID = 1L;

    LockInterruptedException(LockId lock, InterruptedException cause) {
        super(
                lock,
                "Thread " + Thread.currentThread().getName() + " was interrupted before it got lock " + lock
                        + ": somebody wants it to stop. Its interrupt status is set.",
                cause);
    }
}
