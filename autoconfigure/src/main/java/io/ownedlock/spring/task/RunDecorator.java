package io.ownedlock.spring.task;

import io.ownedlock.task.Parent;
import io.ownedlock.task.TaskKind;
import java.util.concurrent.Future;
import java.util.concurrent.RunnableScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.support.DelegatingErrorHandlingRunnable;
import org.springframework.util.ClassUtils;

/**
 * Makes each run of what an executor or a scheduler is given a task: of kind {@link TaskKind#ASYNC ASYNC} and a child of the task
 * that submitted it, or of kind {@link TaskKind#SCHEDULED SCHEDULED} and nobody's child. To every lock it is a stranger to the
 * one that submitted it, which may be over by then.
 *
 * <p>The task starts when the run does. What is rejected, cancelled in time or never run is no task.
 *
 * <p>Inside of all other decorators, where it sees what was submitted and not what they made of it.
 */
public final class RunDecorator implements TaskDecorator, Ordered {

    @Override
    public Runnable decorate(Runnable work) {
        if (isOfScheduler(work)) {
            // Decorated once for all runs, or on a thread of the scheduler's: the thread here has not begun the run.
            return () -> run(work, TaskKind.SCHEDULED, null);
        }
        Parent parent = Parent.capture();
        return () -> run(work, TaskKind.ASYNC, parent);
    }

    /** What {@code ThreadPoolTaskScheduler} and {@code SimpleAsyncTaskScheduler} have decorated, and executors do not. */
    private static boolean isOfScheduler(Runnable work) {
        return work instanceof RunnableScheduledFuture || work instanceof DelegatingErrorHandlingRunnable;
    }

    private static void run(Runnable work, TaskKind kind, @Nullable Parent parent) {
        if (work instanceof Future<?> future && future.isCancelled()) {
            // Nothing is done but to see that; a pool may rely on being asked.
            work.run();
        } else {
            Run.anonymously(name(work, parent), kind, parent, work);
        }
    }

    /** The class that the application gave us to run; failing that, on whose behalf or at least where it runs. */
    private static String name(Runnable work, @Nullable Parent parent) {
        String type = work.getClass().getName();
        if (!type.startsWith("java.") && !type.startsWith("org.springframework.")) {
            return ClassUtils.getShortName(type);
        }
        return parent == null ? "work on " + Thread.currentThread().getName() : "work of " + parent;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }
}
