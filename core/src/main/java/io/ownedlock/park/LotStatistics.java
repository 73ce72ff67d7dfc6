package io.ownedlock.park;

import io.ownedlock.task.TaskInfo;
import java.util.List;

/**
 * A {@link ParkingLot} as it was at one moment.
 *
 * @param waiting which tasks were parked, first in line first
 * @param breakers which tasks would break it by ending, one entry for each registration
 * @param brokenBy which tasks have broken it, in order; empty if it is not broken
 */
public record LotStatistics(List<TaskInfo> waiting, List<TaskInfo> breakers, List<TaskInfo> brokenBy) {}
