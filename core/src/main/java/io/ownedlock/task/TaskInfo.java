package io.ownedlock.task;

import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say about a task, as text: a snapshot that keeps none of the task's objects alive.
 *
 * @param id the task's id, unique for the life of this JVM
 * @param name what the task is called; a request's method and path template
 * @param kind what sort of work it is
 * @param parent the task that started it, as text
 * @param started when it started
 * @param ended when it ended; {@code null} while it goes on
 * @param thread the name of the thread that is in the task, or was last; {@code null} if no thread ever was
 * @param traceId which trace the task is part of; {@code null} if nobody has {@linkplain Task#traceId(String) said so}
 */
public record TaskInfo(
        long id,
        String name,
        TaskKind kind,
        @Nullable String parent,
        Instant started,
        @Nullable Instant ended,
        @Nullable String thread,
        @Nullable String traceId)
        implements Serializable {

    /** The short form by which logs and errors name a task. */
    public String label() {
        return label(kind, id, name);
    }

    /** The label, on which thread it is, who started it, and in which trace: for errors and logs that blame it. */
    public String describe() {
        return label()
                + (thread == null ? "" : " on thread " + thread)
                + (parent == null ? "" : " (started by " + parent + ")")
                + (traceId == null ? "" : " in trace " + traceId);
    }

    static String label(TaskKind kind, long id, String name) {
        return kind + " #" + id + " '" + name + "'";
    }
}
