package io.ownedlock.sync;

import io.ownedlock.task.Task;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One side of a {@link TaskReadWriteLock}, which says what holds and what breaks it. Whoever tries does not overtake those who
 * wait, and whoever reads cannot take the write side: that is an {@link IllegalMonitorStateException}.
 *
 * <p><b>When a writer ends</b> and still holds its side, all that wait on both fail; when a reader does, its share goes back. <b>When
 * a waiter is interrupted, runs out of time</b>, or its task ends, it leaves the line, never owns the side afterwards, and lets
 * those in who waited only because of it.
 *
 * <p>Safe for use by many threads.
 */
public final class ReadWriteSide extends HoldableLock {

    private final ReadWriteCell cell;
    private final Side side;

    ReadWriteSide(ReadWriteCell cell, Side side) {
        super(cell.settings());
        this.cell = cell;
        this.side = side;
    }

    @Override
    public LockId id() {
        return cell.id();
    }

    @Override
    @Nullable Ownership take(long grip, Patience patience) throws InterruptedException {
        return cell.take(side, grip, patience);
    }

    @Override
    CompletableFuture<Hold> takeAsync(Patience patience) {
        return cell.takeAsync(side, patience);
    }

    @Override
    WaitTooLongException tooLong(Patience patience) {
        return cell.tooLong(patience);
    }

    @Override
    @Nullable Ownership ownershipOf(Task task) {
        return cell.occupancy().of(task, side);
    }

    @Override
    boolean isHeldFor(Task task) {
        return cell.occupancy().isHeldFor(task, side);
    }

    @Override
    boolean unlock(Task task) {
        Share mine = cell.occupancy().lockedBy(task, side);
        return mine != null && mine.unlock();
    }

    @Override
    String describeOwners() {
        Occupancy seen = cell.occupancy();
        return seen.isEmpty() ? "nobody holds it" : "there is " + seen.inside();
    }

    /**
     * There is none: whoever waits for a condition gives its lock up, and others may read at the same time.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("A read/write lock has no conditions; use a TaskLock");
    }

    @Override
    public String toString() {
        return "the " + (side == Side.READ ? "read" : "write") + " lock of " + cell.id();
    }
}
