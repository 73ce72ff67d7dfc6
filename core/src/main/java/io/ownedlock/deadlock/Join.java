package io.ownedlock.deadlock;

import io.ownedlock.task.Task;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A declared wait for the end of a task. It can be refused as long as it is being declared; after that its thread sleeps elsewhere. */
final class Join extends Arrival {

    final Task awaited;

    /** Guarded by {@link KnownWaits#BREAKING}, like the next. */
    private boolean settled;

    private @Nullable Cycle refusal;

    Join(Task task, Task awaited, Instant since, DeadlockPolicy policy) {
        super(task, since, policy);
        this.awaited = awaited;
    }

    @Override
    boolean isDeclared() {
        return true;
    }

    @Override
    void addLinks(List<Link> links) {
        if (!isOver()) {
            links.add(new Link.Joins(this));
        }
    }

    @Override
    boolean isRefusable() {
        return !settled;
    }

    @Override
    boolean refuse(Cycle cycle) {
        if (settled || isOver()) {
            return false;
        }
        refusal = cycle;
        end();
        return true;
    }

    /** Nothing: who declares looks by itself, in {@link #settle}. */
    @Override
    void wake() {}

    /** Nothing: it is no lock that is waited for. */
    @Override
    void warnOf(Cycle cycle) {}

    /** The declaration is done; from here on others must give way. Why it was refused, if it was. */
    @Nullable Cycle settle() {
        synchronized (KnownWaits.BREAKING) {
            settled = true;
            return refusal;
        }
    }
}
