package io.ownedlock.spring.aop;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Liveness;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskAction;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * A call whose locks are held until the stage that it returns is complete.
 *
 * <p>On a thread without a task it is a task of its own, nested in the thread's, which ends with the stage. This is what the stage
 * refers to, and the anchor of that task: if everybody forgets the stage, nobody can complete it, and the watchdog ends the task.
 */
final class StagedCall implements BiConsumer<@Nullable Object, @Nullable Throwable> {

    private @Nullable Task own;
    private @Nullable Holds holds;
    private boolean pending;

    /** Runs the action in the task that the holds of this call are to belong to. */
    @Nullable Object run(String name, TaskAction<@Nullable Object, Throwable> action) throws Throwable {
        if (Task.hasCurrent()) {
            return action.run();
        }
        Task task = Task.startNested(name, Liveness.whileReachable(this));
        own = task;
        Throwable failure = null;
        try (Attachment ignored = task.attach()) {
            return action.run();
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            if (!pending) {
                task.end(failure);
            }
        }
    }

    /** Calls the method, and sees that the holds are closed, at the latest when this is forgotten. */
    @Nullable Object proceed(Holds taken, MethodInvocation invocation) throws Throwable {
        holds = taken;
        Object result;
        try {
            result = taken.proceed(invocation);
            if (result instanceof CompletionStage<?> stage
                    && !(result instanceof Future<?> future && future.isDone())) {
                taken.leaveToFuture();
                pending = true;
                stage.whenComplete(this);
                return result;
            }
        } catch (Throwable e) {
            accept(null, e);
            throw e;
        }
        taken.close();
        return result;
    }

    /** The stage is complete. */
    @Override
    public void accept(@Nullable Object result, @Nullable Throwable failure) {
        if (holds != null) {
            holds.close();
        }
        if (own != null) {
            own.end(failure);
        }
    }
}
