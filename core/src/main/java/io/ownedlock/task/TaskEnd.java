package io.ownedlock.task;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a task ended. Given to its {@linkplain ExitHook exit hooks} only, because a failure may keep a task's objects alive.
 *
 * @param cause what ended it
 * @param at when
 * @param failure what the task failed with; {@code null} if it did not fail, or nobody knows
 */
public record TaskEnd(Cause cause, Instant at, @Nullable Throwable failure) {

    /** What ended a task. */
    public enum Cause {
        /** Its end was told, by {@link Task#end} or by the code that ran it. */
        TOLD,
        /** The thread inside it died. */
        THREAD_DIED,
        /** Its end was missed, and {@linkplain Liveness found out} later. */
        MISSED,
        /** Nobody is left who could end it or go on with it, see {@link Liveness#whileReachable}. */
        UNREACHABLE
    }
}
