package io.ownedlock.park;

import io.ownedlock.task.TaskEnd;
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

    /** By somebody who said so, or, if there is an end, by the end of one on whom the others depended. */
    static BrokenLotException whileParked(TaskInfo by, @Nullable TaskEnd end) {
        return new BrokenLotException(
                "The parking lot was broken by " + by.label() + " while parked" + (end == null ? "" : how(end)),
                List.of(by),
                end == null ? null : end.failure());
    }

    private static String how(TaskEnd end) {
        return switch (end.cause()) {
            case TOLD -> ": it ended";
            case THREAD_DIED -> ": its thread died";
            case MISSED -> ": its end was missed";
            case UNREACHABLE -> ": nobody can end it, or go on with it, any more";
        };
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
