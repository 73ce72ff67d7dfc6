package io.ownedlock.deadlock;

/** To wait for this task would close a cycle of tasks that wait for each other, none of which could ever get on. */
public final class JoinRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String cycle;

    JoinRefusedException(String cycle) {
        super("Waiting for another task would never end:\n" + cycle);
        this.cycle = cycle;
    }

    /** Who waits for whom, for people: one line for each, and the last waits for the first, which is this task. */
    public String cycle() {
        return cycle;
    }
}
