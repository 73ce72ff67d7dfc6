package io.ownedlock.park;

import io.ownedlock.task.TaskInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ParkingLot} is broken, so nobody parks there. Thrown to those who were parked when it happened, each with an
 * exception of its own, to those who come later, and to those who were moved there. The cause is what the task that broke it
 * failed with, if that is known and this was parked when it happened.
 */
public final class BrokenLotException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final List<TaskInfo> brokenBy;

    BrokenLotException(String message, List<TaskInfo> brokenBy, @Nullable Throwable cause) {
        super(message, cause);
        this.brokenBy = List.copyOf(brokenBy);
    }

    static BrokenLotException whileParked(TaskInfo by, @Nullable Throwable cause) {
        return new BrokenLotException(
                "The parking lot was broken by " + by.label() + " while parked", List.of(by), cause);
    }

    static BrokenLotException onArrival(List<TaskInfo> by) {
        return new BrokenLotException(
                "The parking lot is broken, so nobody may park there; by " + labels(by), by, null);
    }

    private static String labels(List<TaskInfo> by) {
        return String.join(", ", by.stream().map(TaskInfo::label).toList());
    }

    /** Who broke it, in order; the same task more than once if it did so more than once. */
    public List<TaskInfo> brokenBy() {
        return brokenBy;
    }
}
