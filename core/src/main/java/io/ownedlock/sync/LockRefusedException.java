package io.ownedlock.sync;

/**
 * The lock would not be given to this task, whoever holds it: the task is ending or over and gets nothing new, too many wait already,
 * too many keys are in use, an operator ended the wait, or the application is shutting down. Refusing is to be cheap when there is too
 * much of everything, so this has no stack trace.
 */
public final class LockRefusedException extends LockNotAcquiredException {

    private static final long serialVersionUID = 1L;

    /**
     * For who gives locks out.
     *
     * @param why one clause, for people
     */
    public LockRefusedException(LockId lock, String why) {
        super(lock, "Lock " + lock + " is refused: " + why);
    }
}
