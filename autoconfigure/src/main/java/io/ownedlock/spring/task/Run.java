package io.ownedlock.spring.task;

import io.ownedlock.task.Parent;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskAction;
import io.ownedlock.task.TaskKind;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A run that was made a task by somebody who knows little of it: an executor sees a {@code Runnable}, and neither the method behind
 * it, nor what a future or an error handler has swallowed. Whoever knows more, further in on the same thread, takes the run over and tells,
 * instead of making another task.
 */
final class Run {

    private static final ThreadLocal<@Nullable Run> ANONYMOUS = new ThreadLocal<>();

    private final Task task = Task.current();
    private @Nullable Throwable failure;

    /** Runs it in a task of its own. */
    static void anonymously(String name, TaskKind kind, @Nullable Parent parent, Runnable work) {
        Task.<@Nullable Object, RuntimeException>runBeside(name, kind, parent, () -> {
            Run run = new Run();
            ANONYMOUS.set(run);
            try {
                work.run();
            } finally {
                ANONYMOUS.remove();
                Throwable swallowed = run.failure == null ? failureOf(work) : run.failure;
                if (swallowed != null) {
                    run.task.end(swallowed);
                }
            }
            return null;
        });
    }

    /** What is done was done by this run: one of a schedule is done when there are no more runs. */
    private static @Nullable Throwable failureOf(Runnable work) {
        if (work instanceof Future<?> future && future.isDone()) {
            try {
                future.get();
            } catch (ExecutionException e) {
                return e.getCause();
            } catch (InterruptedException | CancellationException e) {
                return null;
            }
        }
        return null;
    }

    /**
     * Does what the calling thread's anonymous run turns out to be. Where there is none, a thread without a task gets one for it, of this
     * kind; otherwise it belongs to the task that the thread is in.
     */
    static <T extends @Nullable Object, X extends Throwable> T named(
            String name, TaskKind kind, TaskAction<T, X> action) throws X {
        Run run = ANONYMOUS.get();
        if (run != null && run.task == Task.current()) {
            ANONYMOUS.remove();
            return run.takenOver(name, action);
        }
        return Task.hasCurrent() ? action.run() : Task.runBeside(name, kind, action);
    }

    private <T extends @Nullable Object, X extends Throwable> T takenOver(String name, TaskAction<T, X> action)
            throws X {
        task.rename(name);
        try {
            return action.run();
        } catch (Throwable e) {
            // The task ends with it later: who handles the failure is part of the run, and may want a lock.
            failure = e;
            throw e;
        }
    }
}
