package io.ownedlock.park;

import io.ownedlock.task.Task;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One place in a {@link ParkingLot}, of a thread or of a future. Where it stands, and how it comes out, are written under the
 * lot's monitor; both are also read without it.
 */
public final class Waiter {

    static final Object GRANTED = new Object();

    /** The longest time that can be told from a deadline in the past, clocks being allowed to start anywhere. */
    private static final long LONGEST = Long.MAX_VALUE / 2;

    private final Task task;
    private final @Nullable Object request;
    private final @Nullable Thread thread;
    private final Consumer<Waiter> alarm;
    private final long sinceNanos;

    /** The lot this waits in; {@code null} before it is queued and from the moment it is taken out. */
    volatile @Nullable ParkingLot lot;

    @Nullable Waiter previous;

    @Nullable Waiter next;

    boolean ahead;

    /** {@code null} as long as nobody but the waiter itself has decided; then {@link #GRANTED}, or what makes the failure. */
    private volatile @Nullable Object decision;

    Waiter(Task task, @Nullable Object request, @Nullable Thread thread, Consumer<Waiter> alarm, long sinceNanos) {
        this.task = task;
        this.request = request;
        this.thread = thread;
        this.alarm = alarm;
        this.sinceNanos = sinceNanos;
    }

    /** The task that waits. */
    public Task task() {
        return task;
    }

    /** What it waits for, as the primitive has said it when it joined. */
    public @Nullable Object request() {
        return request;
    }

    /** The thread that waits; {@code null} if a future does. */
    public @Nullable Thread thread() {
        return thread;
    }

    /** When the wait began, by the lot's ticker. */
    public long sinceNanos() {
        return sinceNanos;
    }

    /**
     * When this wait is over if it may last so long, by the lot's ticker; {@link Long#MAX_VALUE} is for ever, and less than no time is
     * none. What happens to look like never is a nanosecond early.
     */
    public long deadline(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        long deadline = sinceNanos + Math.max(0, Math.min(nanos, LONGEST));
        return deadline == Long.MAX_VALUE ? deadline - 1 : deadline;
    }

    /** The lot this waits in; {@code null} if it is not in a queue, so that its wait is over. */
    public @Nullable ParkingLot lot() {
        return lot;
    }

    /** Whether somebody has given it what it waits for. */
    public boolean isGranted() {
        return decision == GRANTED;
    }

    /** What the waiter is to throw; {@code null} as long as nobody failed it. Each call of the supplier gives a new one. */
    @SuppressWarnings("unchecked")
    public @Nullable Supplier<? extends RuntimeException> failure() {
        return decision instanceof Supplier<?> failure ? (Supplier<? extends RuntimeException>) failure : null;
    }

    /**
     * Takes it out of whatever queue it is in now: the outcome is the caller's.
     *
     * @return {@code false} if it was in no queue any more, so the outcome is somebody else's
     */
    public boolean leave() {
        for (ParkingLot where = lot; where != null; where = lot) {
            if (where.remove(this)) {
                return true;
            }
        }
        return false;
    }

    /** It is out of line. Who is kept long after, with a permit for one, is not to keep all that have come since. */
    void forget() {
        previous = null;
        next = null;
    }

    /** Once, under the monitor: {@link #GRANTED}, or what makes the failure. Decided first, out of its lot second. */
    void decide(Object outcome) {
        decision = outcome;
        lot = null;
    }

    /** Wakes the thread, or tells the future; under no lock. */
    public void wake() {
        alarm.accept(this);
    }
}
