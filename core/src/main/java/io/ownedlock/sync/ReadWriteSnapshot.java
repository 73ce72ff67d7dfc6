package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read/write pair as it was at one moment. Who is inside is of one moment, who waits may be of the next.
 *
 * @param lock which lock
 * @param state what it was doing; held, if anybody read or wrote
 * @param writer who wrote; {@code null} if nobody did
 * @param readers who read, longest first; with a writer, only itself or those nested in it
 * @param abandonment why the lock is poisoned, or who has died writing and has had no successor that closed normally; {@code null} if
 *     neither
 * @param waiting who waited, first in line first
 */
public record ReadWriteSnapshot(
        LockId lock,
        LockState state,
        @Nullable TaskInfo writer,
        List<TaskInfo> readers,
        @Nullable Abandonment abandonment,
        List<TaskInfo> waiting) {

    /** Copies the lists. */
    public ReadWriteSnapshot {
        readers = List.copyOf(readers);
        waiting = List.copyOf(waiting);
    }
}
