package io.ownedlock.park;

import io.ownedlock.task.Task;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread's place in a {@link ParkingLot}. Where it stands, and the failure it is told, are guarded by the lot's monitor;
 * only the failure is also read without it.
 */
public final class Waiter {

    private final Task task;
    private final Thread thread;
    private final long sinceNanos;

    /** The lot this waits in; {@code null} before it is queued and from the moment it is taken out. */
    @Nullable ParkingLot lot;

    @Nullable Waiter previous;

    @Nullable Waiter next;

    private volatile @Nullable Supplier<? extends RuntimeException> failure;

    Waiter(Task task, Thread thread, long sinceNanos) {
        this.task = task;
        this.thread = thread;
        this.sinceNanos = sinceNanos;
    }

    /** The task that waits. */
    public Task task() {
        return task;
    }

    /** The thread that waits. */
    public Thread thread() {
        return thread;
    }

    /** When the wait began, by the lot's ticker. */
    public long sinceNanos() {
        return sinceNanos;
    }

    /** What the waiter is to throw; {@code null} as long as nobody broke its wait. Each call of the supplier gives a new one. */
    public @Nullable Supplier<? extends RuntimeException> failure() {
        return failure;
    }

    void failWith(Supplier<? extends RuntimeException> told) {
        failure = told;
    }
}
