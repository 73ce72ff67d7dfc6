package io.ownedlock.sync;

/**
 * To wait for this lock would close a cycle of tasks that wait for each other, none of which could ever get on. The task that came
 * last is the one that is told; the others go on waiting, and get on when this one gives up what it holds.
 */
public final class DeadlockException extends LockNotAcquiredException {

    private static final long serialVersionUID = 1L;

    private final String cycle;

    DeadlockException(LockId lock, String cycle) {
        super(
                lock,
                "Waiting for lock " + lock + " would never end:\n" + cycle + "\nTake locks in one order everywhere.",
                null);
        this.cycle = cycle;
    }

    /** Who waits for whom, for people: one line for each, and the last waits for the first, which is this task. */
    public String cycle() {
        return cycle;
    }
}
