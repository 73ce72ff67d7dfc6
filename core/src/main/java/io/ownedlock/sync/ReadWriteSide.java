package io.ownedlock.sync;

import io.ownedlock.task.Task;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * One side of a {@link TaskReadWriteLock}, which says what holds and what breaks it. All that takes the lock throws
 *
 * <ul>
 *   <li>{@link BrokenLockException} if a writer died while this waited, or the lock is poisoned;
 *   <li>{@link LockRefusedException} if the current task is ending, or too many wait;
 *   <li>{@link IllegalMonitorStateException} on the write side, if the current task only reads: there is no upgrading.
 * </ul>
 *
 * <p>Safe for use by many threads.
 */
public final class ReadWriteSide implements Lock {

    private final ReadWriteCell cell;
    private final Side side;
    private final Patience patient;
    private final Patience stubborn;

    ReadWriteSide(ReadWriteCell cell, Side side) {
        this.cell = cell;
        this.side = side;
        this.patient = Patience.configured(cell.settings().waitAtMost(), true);
        this.stubborn = Patience.configured(cell.settings().waitAtMost(), false);
    }

    /**
     * Takes the lock, and waits for it as long as the settings allow.
     *
     * @return the grip on it, to be closed on whatever thread
     * @throws WaitTooLongException if the settings bound the wait and it took longer
     * @throws LockInterruptedException if the thread is or was interrupted before it got the lock
     */
    public Hold acquire() {
        return acquire(patient);
    }

    /**
     * Takes the lock, and waits for it at most so long, whatever the settings say.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the grip on it, to be closed on whatever thread
     * @throws WaitTooLongException if it took longer
     * @throws LockInterruptedException if the thread is or was interrupted before it got the lock
     */
    public Hold acquire(Duration waitAtMost) {
        return acquire(Patience.demanded(waitAtMost));
    }

    private Hold acquire(Patience patience) {
        Hold hold = tryAcquire(patience);
        if (hold == null) {
            throw cell.tooLong(patience);
        }
        return hold;
    }

    /**
     * Takes the lock if that takes no waiting. If others wait, it does not overtake them.
     *
     * @return the grip on it, to be closed on whatever thread; {@code null} if somebody is in the way
     */
    public @Nullable Hold tryAcquire() {
        return tryAcquire(Patience.NONE);
    }

    /**
     * Takes the lock, and waits for it at most so long.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the grip on it, to be closed on whatever thread; {@code null} if it took longer
     * @throws LockInterruptedException if the thread is or was interrupted before it got the lock
     */
    public @Nullable Hold tryAcquire(Duration waitAtMost) {
        return tryAcquire(Patience.owned(waitAtMost));
    }

    private @Nullable Hold tryAcquire(Patience patience) {
        try {
            Share share = cell.take(side, Ownership.HOLD, patience);
            return share == null ? null : new GrantHold(share);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LockInterruptedException(cell.id(), e);
        }
    }

    /**
     * Takes the lock, and waits for it as long as the settings allow, whether interrupted or not; an interrupt is kept in the
     * thread's status.
     *
     * @throws WaitTooLongException if the settings bound the wait and it took longer
     */
    @Override
    public void lock() {
        if (!tryLock(stubborn)) {
            throw cell.tooLong(stubborn);
        }
    }

    /**
     * Like {@link #lock()}, and gives up when interrupted.
     *
     * @throws WaitTooLongException if the settings bound the wait and it took longer
     * @throws InterruptedException if the thread is or was interrupted before it got the lock
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (cell.take(side, Ownership.LOCK, patient) == null) {
            throw cell.tooLong(patient);
        }
    }

    /**
     * Takes the lock if that takes no waiting. If others wait, it does not overtake them.
     *
     * @return {@code false} if somebody is in the way
     */
    @Override
    public boolean tryLock() {
        return tryLock(Patience.NONE);
    }

    private boolean tryLock(Patience uninterruptible) {
        try {
            return cell.take(side, Ownership.LOCK, uninterruptible) != null;
        } catch (InterruptedException e) {
            throw new AssertionError("Not interruptible", e);
        }
    }

    /**
     * Takes the lock, and waits for it at most so long.
     *
     * @return {@code false} if it took longer
     * @throws InterruptedException if the thread is or was interrupted before it got the lock
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return cell.take(side, Ownership.LOCK, Patience.owned(unit.toNanos(time))) != null;
    }

    /**
     * Takes back one {@link #lock()} of the current task on this side.
     *
     * @throws IllegalMonitorStateException if the current task has not locked this side; the message names who has the lock
     */
    @Override
    public void unlock() {
        Task task = Task.current();
        Share mine = cell.occupancy().of(task, side);
        if (mine == null || !mine.unlock()) {
            throw new IllegalMonitorStateException(cannotUnlock(task, mine));
        }
    }

    private String cannotUnlock(Task task, @Nullable Share mine) {
        String told = task + " cannot unlock the " + this + ": ";
        if (mine != null) {
            return told + "it was acquired as a Hold, so close that";
        }
        Occupancy seen = cell.occupancy();
        return told + (seen.isEmpty() ? "nobody holds it" : "there is " + seen.shares());
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

    /** Whether the current task holds this side. */
    public boolean isHeldByCurrentTask() {
        return cell.occupancy().of(Task.current(), side) != null;
    }

    /**
     * For an owner: whether somebody died writing before it, and nobody has put that right since.
     *
     * @throws IllegalMonitorStateException if the current task does not hold this side
     */
    public boolean predecessorAbandoned() {
        Task task = Task.current();
        Share mine = cell.occupancy().of(task, side);
        if (mine == null) {
            throw new IllegalMonitorStateException(task + " does not hold the " + this);
        }
        return mine.predecessor() != null;
    }

    @Override
    public String toString() {
        return (side == Side.READ ? "read lock of " : "write lock of ") + cell.id();
    }
}
