package io.ownedlock.sync;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.TaskInfo;
import java.time.Instant;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Any {@link Primitive} as it was at one moment. The parts are read one after the other, so under load they may be of neighbouring
 * moments. Text and numbers only, so that it can be kept.
 *
 * @param lock which one
 * @param kind what it is
 * @param state what it was doing
 * @param holds who held it. Of a lock, who was inside comes first and whom it was borrowed from next; of a read/write pair, the
 *     writer comes before readers; all others, longest held first. A shared permit is nobody's, and not among them
 * @param abandonment why it is poisoned or sealed, or whose end has not been closed normally since; {@code null} if none of these
 * @param waiting who waited, first in line first
 * @param capacity how much there is of it; {@code null} for locks
 */
public record LockSnapshot(
        LockId lock,
        LockKind kind,
        LockState state,
        List<Held> holds,
        @Nullable Abandonment abandonment,
        List<Waiting> waiting,
        @Nullable Capacity capacity) {

    /**
     * One task's ownership of it, or of a share in it.
     *
     * @param owner whose it is
     * @param since since when
     * @param count how often the owner had taken it
     * @param exclusive whether nobody else may hold it at the same time, but those nested in the owner: so with a lock and the
     *     writing side of a pair, and not so with the reading side and with permits
     * @param site where the owner took it, if {@link LockSettings#captureSite()} has it recorded; {@code null} otherwise
     */
    public record Held(
            TaskInfo owner,
            Instant since,
            int count,
            boolean exclusive,
            @Nullable StackTraceElement site) {}

    /**
     * One that waits.
     *
     * @param task who
     * @param since since when
     */
    public record Waiting(TaskInfo task, Instant since) {

        /** Who is in line in a lot. */
        static List<Waiting> in(ParkingLot lot, LongFunction<Instant> clock) {
            return lot.isEmpty()
                    ? List.of()
                    : lot.waiters().stream()
                            .map(waiter -> new Waiting(waiter.task().info(), clock.apply(waiter.sinceNanos())))
                            .toList();
        }
    }

    /**
     * How much there is to give out.
     *
     * @param total how many permits or tokens it was made with, or set to since; {@link CapacityLimiter#INFINITE} for no limit
     * @param available how many were free: fewer than none if the total was lowered beneath what is out, and more than the total if
     *     more shared permits were released than taken
     */
    public record Capacity(long total, long available) {}

    /** Copies the lists. */
    public LockSnapshot {
        holds = List.copyOf(holds);
        waiting = List.copyOf(waiting);
    }

    /** Who held it: the first of the {@link #holds()}. {@code null} if nobody did. */
    public @Nullable TaskInfo owner() {
        return holds.isEmpty() ? null : holds.get(0).owner();
    }

    /** How often that one had taken it; 0 if nobody held it. */
    public int count() {
        return holds.isEmpty() ? 0 : holds.get(0).count();
    }
}
