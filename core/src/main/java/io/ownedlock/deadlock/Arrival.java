package io.ownedlock.deadlock;

import java.time.Instant;

/** A task that has stopped, and that nobody but others can set going again: what closes a cycle. */
abstract sealed class Arrival permits Wait, Join {

    /** Grows with every arrival: of all those in a cycle, the highest came last. */
    final long number;

    final Instant since;
    final DeadlockPolicy policy;

    /** Guarded by {@link KnownWaits#BREAKING}. */
    private boolean warned;

    Arrival(long number, Instant since, DeadlockPolicy policy) {
        this.number = number;
        this.since = since;
        this.policy = policy;
    }

    /** Whether it can still be refused, if it stands. Under {@link KnownWaits#BREAKING}. */
    abstract boolean isRefusable();

    /** Refuses it, as the victim of this cycle; {@code false} if it is over already. Under {@link KnownWaits#BREAKING}. */
    abstract boolean refuse(Cycle cycle);

    /** Whether no cycle was told yet with this as its last. Under {@link KnownWaits#BREAKING}. */
    boolean warn() {
        boolean first = !warned;
        warned = true;
        return first;
    }
}
