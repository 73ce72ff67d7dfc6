package io.ownedlock.sync;

import io.ownedlock.task.Task;
import org.jspecify.annotations.Nullable;

/**
 * What a lock's cell can contain, and what that means to one who wants the lock. A state is an object, so that to replace it is to
 * have seen exactly it.
 */
sealed interface Cell permits Cell.Free, Cell.Poisoned, Grant {

    /** The fencing token of whom this is, or was last; there may be greater ones of those that have borrowed since. */
    long token();

    /**
     * Nobody holds the lock. Another one each time: who replaces it has seen nobody come and go since, and so has the next token.
     *
     * @param predecessor who has abandoned it, and nobody has closed a hold since; {@code null} for nobody
     * @param token that of who had it last
     */
    record Free(@Nullable Abandonment predecessor, long token) implements Cell {

        boolean isClean() {
            return predecessor == null;
        }
    }

    /** Broken until repaired. */
    record Poisoned(Abandonment abandonment, long token) implements Cell {}

    /** Whether the lock is free, or held for the task: by one it is nested in, or by itself while a loan is out. */
    static boolean mayTake(Cell seen, Task task) {
        return seen instanceof Free || (seen instanceof Grant held && held.isFor(task));
    }

    /**
     * Why the lock does not serve the task, and will not for now; {@code null} if it does, or it is just held.
     *
     * @param task {@code null} for a stranger to all who have it
     */
    static @Nullable Abandonment brokenFor(@Nullable Task task, Cell seen) {
        if (seen instanceof Poisoned poisoned) {
            return poisoned.abandonment();
        }
        for (Grant grant = seen instanceof Grant held ? held : null; grant != null; grant = grant.lender) {
            boolean open = grant.isOpen();
            if (open && task != null && grant.isFor(task)) {
                return null;
            }
            // A lender that has let go is in nobody's way; whoever has the lock is, until it has left.
            if (grant.seal != null && (open || grant == seen)) {
                return grant.seal;
            }
        }
        return null;
    }

    /** What whoever takes the lock in this state is to know of. */
    static @Nullable Abandonment predecessor(Cell seen) {
        return seen instanceof Free free
                ? free.predecessor()
                : seen instanceof Grant lender ? lender.predecessor() : null;
    }
}
