package io.ownedlock.task;

import org.jspecify.annotations.Nullable;

/**
 * A second opinion on whether a task still goes on, for tasks whose end may be missed by those who should tell it. The
 * watchdog asks, from its own thread, and only about tasks that hold something.
 */
@FunctionalInterface
public interface Liveness {

    /**
     * Whether the task is certainly over. A doubt is a {@code false}: the answer {@code true} ends the task even if a thread
     * claims to be inside, and a living owner must never be robbed.
     *
     * @param inside the thread that is in the task, alive; {@code null} if there is none
     */
    boolean isGone(@Nullable Thread inside);
}
