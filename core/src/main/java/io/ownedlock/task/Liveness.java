package io.ownedlock.task;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A second opinion on whether a task still goes on, for tasks whose end may be missed by those who should tell it. The
 * watchdog asks, from its own thread, and only about tasks that hold something.
 */
@FunctionalInterface
public interface Liveness {

    /**
     * Whether the task is certainly over. A doubt is a {@code false}: the answer {@code true} ends the task even if a thread
     * claims to be inside, and a living owner must never be robbed. Said of a thread, it counts for that one stay of it; said
     * while nobody is inside, it must hold even if a thread comes and goes before it is acted upon.
     *
     * @param inside the thread that is in the task, alive; {@code null} if there is none
     */
    boolean isGone(@Nullable Thread inside);

    /**
     * Takes a task for over when no thread is inside and the anchor has been collected: a task that everybody has forgotten is
     * in the way as long as it holds something, since its locks keep it from being garbage. The anchor is whatever the work cannot go on without,
     * such as the object that a queue or a callback refers to and that would attach to the task, or end it. It may refer to the
     * task.
     *
     * <p>What breaks it: an anchor that is dropped while work goes on elsewhere ends a living task as soon as no thread is inside;
     * one that somebody keeps for ever, a cache or a constant, ends nothing. When it is found out depends on the garbage collector.
     *
     * @param anchor is referred to weakly; the task must not refer to it in another way, by its hooks for one
     */
    static Liveness whileReachable(Object anchor) {
        return new WhileReachable(requireNonNull(anchor, "anchor"));
    }
}
