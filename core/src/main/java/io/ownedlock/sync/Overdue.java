package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /**
     * Where its thread is: the innermost call from code that is neither of the JDK nor of Spring nor of this library, or else of any.
     *
     * @return {@code null} if no thread is in it
     */
    public @Nullable StackTraceElement place() {
        StackTraceElement known = AcquireSite.first(stack.stream(), StackTraceElement::getClassName);
        return known == null && !stack.isEmpty() ? stack.get(0) : known;
    }
}
