package io.ownedlock.sync;

import io.ownedlock.task.Task;
import org.jspecify.annotations.Nullable;

/**
 * What a lock's cell can contain, and what that means to one who wants the lock. A state is an object, so that to replace it is to
 * have seen exactly it.
 */
sealed interface Cell permits Cell.Free, Cell.Poisoned, Grant {

    /** Nobody holds the lock; the predecessor, if any, has abandoned it and nobody has closed a hold since. */
    record Free(@Nullable Abandonment predecessor) implements Cell {

        static final Free CLEAN = new Free(null);

        static Free after(@Nullable Abandonment predecessor) {
            return predecessor == null ? CLEAN : new Free(predecessor);
        }
    }

    /** Broken until repaired. */
    record Poisoned(Abandonment abandonment) implements Cell {}

    /** Whether the lock is free, or held for the task: by one it is nested in, or by itself while a loan is out. */
    static boolean mayTake(Cell seen, Task task) {
        return seen instanceof Free || (seen instanceof Grant held && held.isFor(task));
    }

    /** Why the lock does not serve the task, and will not for now; {@code null} if it does, or it is just held. */
    static @Nullable Abandonment brokenFor(Task task, Cell seen) {
        if (seen instanceof Poisoned poisoned) {
            return poisoned.abandonment();
        }
        Abandonment seal = null;
        for (Grant grant = seen instanceof Grant held ? held : null; grant != null; grant = grant.lender) {
            if (grant.isOpen() && grant.isFor(task)) {
                return null;
            }
            seal = seal == null ? grant.seal : seal;
        }
        return seal;
    }

    /** What whoever takes the lock in this state is to know of. */
    static @Nullable Abandonment predecessor(Cell seen) {
        return seen instanceof Free free
                ? free.predecessor()
                : seen instanceof Grant lender ? lender.predecessor() : null;
    }
}
