package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.util.List;

/**
 * A limiter as it was at one moment. The parts are read one after the other, so under load they may be of neighbouring moments.
 *
 * @param lock which limiter
 * @param total how many tokens there were in all; {@link CapacityLimiter#INFINITE} for no limit
 * @param borrowed how many were out
 * @param available how many were free, negative if the total was lowered beneath what was out
 * @param owners with which tasks the tokens end, one entry for each token, longest held first
 * @param waiting who waited, first in line first
 */
public record LimiterSnapshot(
        LockId lock, long total, long borrowed, long available, List<TaskInfo> owners, List<TaskInfo> waiting) {}
