package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lock as it was at one moment. The parts are read one after the other, so under load they may be of neighbouring moments.
 *
 * @param lock which lock
 * @param state what it was doing
 * @param owner who held it; {@code null} if nobody did
 * @param since since when; {@code null} if nobody did
 * @param count how often the owner had taken it
 * @param abandonment why the lock is poisoned or sealed, or whose end has not been closed normally since; {@code null} if none of
 *     these
 * @param waiting who waited, first in line first
 */
public record LockSnapshot(
        LockId lock,
        LockState state,
        @Nullable TaskInfo owner,
        @Nullable Instant since,
        int count,
        @Nullable Abandonment abandonment,
        List<TaskInfo> waiting) {}
