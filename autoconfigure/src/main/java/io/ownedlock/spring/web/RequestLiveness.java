package io.ownedlock.spring.web;

import io.ownedlock.task.Liveness;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * What the watchdog knows of a request: who visits it, and whether anything is left that could come back to it or end it.
 *
 * <p>A lock refers to its owner's task and that to this, so this must not keep the request alive: then a request that the
 * container has forgotten is found by its {@link RequestTask} being collected. Two things refer to that one, both of which the
 * container keeps for as long as it keeps the request: the attribute, and the list of listeners. Without them nobody can end the task
 * any more, nor enter it; and they do not come back.
 */
final class RequestLiveness implements Liveness {

    private final WeakReference<RequestTask> request;

    /** The thread whose dispatch is here; set before it is attached, and reset after it was detached. */
    private volatile @Nullable Thread visitor;

    /** Whether an asynchronous part went on when the last visit left. */
    private volatile boolean async;

    private volatile boolean leftBehind;

    RequestLiveness(RequestTask request) {
        this.request = new WeakReference<>(request);
    }

    void entering() {
        visitor = Thread.currentThread();
    }

    void leaving(boolean asyncGoesOn) {
        async = asyncGoesOn;
    }

    void left() {
        visitor = null;
    }

    /** The thread that has been here serves something else, and never said that it left. */
    void leftBehind() {
        leftBehind = true;
    }

    /**
     * Whether the request's end was certainly missed.
     *
     * <p>With a thread inside: if it is the one of a dispatch, and that is not on its stack any more. Other threads that were
     * attached in the meantime are not judged. With nobody inside: if the last visit left and nothing asynchronous went on, or the
     * container has given up the request. One whose dispatch waits for a thread is not gone.
     */
    @Override
    public boolean isGone(@Nullable Thread inside) {
        if (leftBehind) {
            return true;
        }
        Thread visiting = visitor;
        if (inside != null) {
            return inside == visiting && RequestTaskFilter.isOutside(inside);
        }
        return visiting == null && (!async || isGivenUp());
    }

    private boolean isGivenUp() {
        RequestTask known = request.get();
        return known == null || known.isTakenBack();
    }
}
