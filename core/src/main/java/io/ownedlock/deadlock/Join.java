package io.ownedlock.deadlock;

import io.ownedlock.task.Task;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A declared wait for the end of a task. It can be refused as long as it is being declared; after that its thread sleeps elsewhere. */
final class Join extends Arrival {

    final Task task;
    final Task awaited;

    /** What the same task had declared before, and not closed. */
    final @Nullable Join outer;

    private volatile boolean over;

    /** Guarded by {@link KnownWaits#BREAKING}, like the next. */
    private boolean settled;

    private @Nullable Cycle refusal;

    Join(long number, Task task, Task awaited, Instant since, DeadlockPolicy policy, @Nullable Join outer) {
        super(number, since, policy);
        this.task = task;
        this.awaited = awaited;
        this.outer = outer;
    }

    boolean stands() {
        return !over;
    }

    void end() {
        over = true;
    }

    @Override
    boolean isRefusable() {
        return !settled;
    }

    @Override
    boolean refuse(Cycle cycle) {
        if (settled || over) {
            return false;
        }
        refusal = cycle;
        over = true;
        return true;
    }

    /** The declaration is done; from here on others must give way. Why it was refused, if it was. */
    @Nullable Cycle settle() {
        synchronized (KnownWaits.BREAKING) {
            settled = true;
            return refusal;
        }
    }
}
