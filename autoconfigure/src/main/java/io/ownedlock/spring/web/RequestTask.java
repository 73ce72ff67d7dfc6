package io.ownedlock.spring.web;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * One request as a task: what the filter and the container's asynchronous events know of it. Kept in an attribute of the
 * request.
 *
 * <p>A dispatch <em>visits</em> it, which attaches the thread for as long as the filter is on its stack. The task ends when a
 * visit leaves and no asynchronous part goes on, and else when the container says that the asynchronous part is complete.
 * Containers say so for every way such a part can end, but the event may come twice, while a visit is inside, or before the
 * dispatch to the error page. Therefore:
 *
 * <ul>
 *   <li>the listener is added when a visit leaves, and added again whenever the next asynchronous part starts;
 *   <li>an end with a visit inside takes effect when that leaves ({@link Task#end(Throwable)});
 *   <li>a dispatch that finds the task over, or somebody else's thread in it, gets a fresh one.
 * </ul>
 *
 * <p>The end may be missed nevertheless: by an error between two lines of ours, or by a container that forgets its event. How
 * that is found out, see {@link RequestLiveness}; and a thread that comes to serve a new request reveals what it left behind.
 */
final class RequestTask implements AsyncListener {

    private static final String ATTRIBUTE = RequestTask.class.getName();

    /** Where Spring MVC leaves an exception that a handler made an answer of; as text, since MVC may be absent. */
    private static final String HANDLED_EXCEPTION = "org.springframework.web.servlet.DispatcherServlet.EXCEPTION";

    private static final ThreadLocal<@Nullable RequestTask> VISITED = new ThreadLocal<>();

    private final HttpServletRequest request;
    private final RequestLiveness liveness = new RequestLiveness(this);
    private final Task task;

    private volatile @Nullable Throwable failure;

    // For the visitor only.
    private @Nullable Attachment attachment;
    private @Nullable RequestTask beneath;
    private boolean listening;

    RequestTask(HttpServletRequest request, String name) {
        this.request = request;
        this.task = Task.start(name, TaskKind.REQUEST, liveness);
    }

    /** The request's task as of now; {@code null} outside of the filter. */
    static @Nullable RequestTask of(HttpServletRequest request) {
        return (RequestTask) request.getAttribute(ATTRIBUTE);
    }

    /** Somebody made an answer of what the request failed with. */
    static void answered(ServletRequest request, Throwable failure) {
        request.setAttribute(HANDLED_EXCEPTION, failure);
    }

    /**
     * Enters the request's task, a new one if there is none that can be entered.
     *
     * @return what must be {@linkplain #leave left}; {@code null} if the thread is in the request's task already
     */
    static @Nullable RequestTask visit(HttpServletRequest request) {
        RequestTask beneath = outerVisit();
        RequestTask known = of(request);
        if (known != null && known == beneath) {
            return null;
        }
        if (known != null && known.enter(beneath)) {
            return known;
        }
        RequestTask fresh = new RequestTask(request, known == null ? firstName(request) : known.name());
        request.setAttribute(ATTRIBUTE, fresh);
        fresh.enter(beneath);
        return fresh;
    }

    /** The visit that this one happens within. If there is none on the stack, what the thread still claims to visit is over. */
    private static @Nullable RequestTask outerVisit() {
        RequestTask claimed = VISITED.get();
        if (claimed == null || !RequestTaskFilter.isOutermost()) {
            return claimed;
        }
        for (RequestTask left = claimed; left != null; left = left.beneath) {
            left.liveness.leftBehind();
            left.task.endIfGone();
        }
        return null;
    }

    /** All that is known before the request is mapped to a handler. */
    private static String firstName(HttpServletRequest request) {
        return name(request, request.getHttpServletMapping().getPattern());
    }

    private static String name(HttpServletRequest request, String pathTemplate) {
        return request.getMethod() + " " + pathTemplate;
    }

    String name() {
        return task.name();
    }

    /** Names the task after the handler's path template; never after the path, which may be personal. */
    void nameAfter(HttpServletRequest request, String pathTemplate) {
        task.rename(name(request, pathTemplate));
    }

    private boolean enter(@Nullable RequestTask beneath) {
        if (!task.isActive()) {
            return false;
        }
        liveness.entering();
        try {
            attachment = task.attach();
        } catch (IllegalStateException overOrOccupied) {
            liveness.left();
            return false;
        }
        this.beneath = beneath;
        VISITED.set(this);
        return true;
    }

    /**
     * Ends a visit, and the task with it unless an asynchronous part goes on.
     *
     * @param thrown what was thrown through the filter
     */
    void leave(@Nullable Throwable thrown) {
        try {
            rememberFailure(thrown);
            boolean async = isAsyncGoingOn();
            liveness.leaving(async);
            if (!async) {
                task.end(failure);
            }
        } finally {
            detach();
        }
    }

    private void rememberFailure(@Nullable Throwable thrown) {
        Object known = thrown;
        if (known == null) {
            known = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        }
        if (known == null) {
            known = request.getAttribute(HANDLED_EXCEPTION);
        }
        if (known instanceof ServletException wrapper && wrapper.getCause() != null) {
            known = wrapper.getCause();
        }
        if (known instanceof Throwable told) {
            failure = told;
        }
    }

    private boolean isAsyncGoingOn() {
        if (!request.isAsyncStarted()) {
            return false;
        }
        if (!listening) {
            request.getAsyncContext().addListener(this);
            listening = true;
        }
        return true;
    }

    void detach() {
        if (attachment != null) {
            attachment.close();
            attachment = null;
        }
        liveness.left();
        if (beneath == null) {
            VISITED.remove();
        } else {
            VISITED.set(beneath);
            beneath = null;
        }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // The container has just forgotten all listeners.
        event.getAsyncContext().addListener(this);
    }

    @Override
    public void onError(AsyncEvent event) {
        if (event.getThrowable() != null) {
            failure = event.getThrowable();
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // Not the end: somebody may still dispatch, or answer.
    }

    @Override
    public void onComplete(AsyncEvent event) {
        task.end(failure);
    }

    /** Whether the container reuses its request objects, and has taken this one away from who still has a reference. */
    boolean isTakenBack() {
        try {
            request.getAttribute(ATTRIBUTE);
            return false;
        } catch (IllegalStateException takenBack) {
            return true;
        } catch (RuntimeException inBetween) {
            return false;
        }
    }
}
