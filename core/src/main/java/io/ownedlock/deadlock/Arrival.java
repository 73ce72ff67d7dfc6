package io.ownedlock.deadlock;

import io.ownedlock.task.Task;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task that has stopped, and that nobody but others can set going again: what closes a cycle. */
abstract sealed class Arrival permits Wait, Join {

    /** Grows with every arrival: of all those in a cycle, the highest came last. */
    final long number = KnownWaits.nextNumber();

    final Task task;
    final Instant since;
    final DeadlockPolicy policy;

    /** What the same task had stopped for before, as far as that was not over. Written by the table. */
    volatile @Nullable Arrival outer;

    private volatile boolean over;

    /** Guarded by {@link KnownWaits#BREAKING}. */
    private boolean warned;

    Arrival(Task task, Instant since, DeadlockPolicy policy) {
        this.task = task;
        this.since = since;
        this.policy = policy;
    }

    /** Whether the task goes on, as far as it is up to this. For good. */
    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }

    /**
     * Whether the task has said that it does nothing else until this is over, so that what it has stopped for before still stops
     * it. Who is asleep here may have been called out of an earlier wait, and may yet do anything when it wakes up.
     */
    abstract boolean isDeclared();

    /** Adds everything that has to happen, all of it, before this is over; nothing if it is over. */
    abstract void addLinks(List<Link> links);

    /** Whether it can still be refused, if it stands. Under {@link KnownWaits#BREAKING}. */
    abstract boolean isRefusable();

    /** Refuses it, as the victim of this cycle; {@code false} if it is over already. Under {@link KnownWaits#BREAKING}. */
    abstract boolean refuse(Cycle cycle);

    /** Tells who was refused; under no lock, since a future's news may be anybody's code. */
    abstract void wake();

    /** Tells what is waited for, if it is still so, that this waits for ever; under no lock. */
    abstract void warnOf(Cycle cycle);

    /** Whether no cycle was told yet with this as its last. Under {@link KnownWaits#BREAKING}. */
    boolean warn() {
        boolean first = !warned;
        warned = true;
        return first;
    }
}
