package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.time.Instant;
import java.util.List;

/**
 * An owner has held a lock for longer than it may.
 *
 * @param lock which lock
 * @param owner whose fault
 * @param since since when it has held it
 * @param stack what its thread is doing, innermost first; empty if no thread is in it
 */
public record Overdue(LockId lock, TaskInfo owner, Instant since, List<StackTraceElement> stack) {

    /** Copies the stack. */
    public Overdue {
        stack = List.copyOf(stack);
    }
}
