package io.ownedlock.spring.web;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;

/**
 * The {@link Callable} of a request as a task of kind {@link TaskKind#ASYNC ASYNC}, beside the request: it runs on a thread of its
 * own and may outlive the request, so the locks of the one exclude the other, whichever executor runs it.
 *
 * <p>Where the executor has made a task of it already, there is no second one. When Spring MVC gives up the result, at a timeout or an
 * error, the task is told to end: the callable may go on, but gets nothing new, and keeps what it has until it returns.
 */
final class CallableTask implements CallableProcessingInterceptor {

    private final RequestTask request;

    /** The executor's, if it has one. */
    private volatile @Nullable Task task;

    /** For the thread that runs the callable. */
    private @Nullable Attachment attachment;

    CallableTask(RequestTask request) {
        this.request = request;
    }

    /** Still on the request's thread, so that the task's parent is the request's. */
    @Override
    public <T> void beforeConcurrentHandling(NativeWebRequest webRequest, Callable<T> callable) {
        task = Task.start(request.name(), TaskKind.ASYNC);
    }

    /** Fails if the task is over, and with it the callable, for whose result nobody waits then. */
    @Override
    public <T> void preProcess(NativeWebRequest webRequest, Callable<T> callable) {
        Task own = task;
        if (!Task.hasCurrent()) {
            attachment = own == null ? null : own.attach();
        } else if (Task.current().kind() == TaskKind.ASYNC) {
            task = Task.current();
        }
    }

    @Override
    public <T> void postProcess(NativeWebRequest webRequest, Callable<T> callable, @Nullable Object result) {
        Attachment stay = attachment;
        try {
            if (result instanceof Throwable failure) {
                // Nobody further out sees it: Spring MVC has it already.
                end(failure);
            } else if (stay != null) {
                end(null);
            }
        } finally {
            if (stay != null) {
                stay.close();
            }
        }
    }

    @Override
    public <T> Object handleTimeout(NativeWebRequest webRequest, Callable<T> callable) {
        end(new AsyncRequestTimeoutException());
        return RESULT_NONE;
    }

    @Override
    public <T> Object handleError(NativeWebRequest webRequest, Callable<T> callable, Throwable failure) {
        end(failure);
        return RESULT_NONE;
    }

    @Override
    public <T> void afterCompletion(NativeWebRequest webRequest, Callable<T> callable) {
        end(null);
    }

    private void end(@Nullable Throwable failure) {
        Task known = task;
        if (known != null) {
            known.end(failure);
        }
    }
}
