package io.ownedlock.sync;

import io.ownedlock.task.TaskInfo;
import java.util.List;

/**
 * A semaphore as it was at one moment. The parts are read one after the other, so under load they may be of neighbouring moments.
 *
 * @param lock which semaphore
 * @param available how many permits were free
 * @param maximum how many there may be; {@link Long#MAX_VALUE} if there is no bound
 * @param owners which tasks held permits, one entry for each permit, longest held first; shared permits have no owner
 * @param waiting who waited, first in line first
 */
public record SemaphoreSnapshot(
        LockId lock, long available, long maximum, List<TaskInfo> owners, List<TaskInfo> waiting) {}
