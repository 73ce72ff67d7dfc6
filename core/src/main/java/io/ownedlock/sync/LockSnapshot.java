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
 * @param abandonment whose end left the lock poisoned, or free and not yet closed normally since; {@code null} if neither
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
