package io.ownedlock.sync;

import io.ownedlock.task.Task;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The two spellings of taking a lock that belongs to a task: {@link Hold}s, and that of {@link Lock}. All of them are one act
 * with more or less patience; what it is, what breaks it, and who may not, say {@link TaskLock} and {@link TaskReadWriteLock}.
 */
public abstract sealed class HoldableLock implements Lock permits TaskLock, ReadWriteSide {

    private final Patience patient;
    private final Patience stubborn;

    HoldableLock(LockSettings settings) {
        this.patient = Patience.configured(settings.waitAtMost(), true);
        this.stubborn = Patience.configured(settings.waitAtMost(), false);
    }

    /** Which lock this is. */
    public abstract LockId id();

    /**
     * Takes it for the current task.
     *
     * @return {@code null} if time ran out
     * @throws InterruptedException only if the patience is interruptible
     */
    abstract @Nullable Ownership take(long grip, Patience patience) throws InterruptedException;

    /** Takes one {@link Hold} for the current task, and does not wait on this thread. */
    abstract CompletableFuture<Hold> takeAsync(Patience patience);

    /** What is told to who has waited for too long. */
    abstract WaitTooLongException tooLong(Patience patience);

    /** What the task has of this lock; {@code null} if nothing. */
    abstract @Nullable Ownership ownershipOf(Task task);

    /** Takes back one {@code lock()} of the task; {@code false} if there is none. */
    abstract boolean unlock(Task task);

    /** Whether the task has it, or one that the task is nested in. */
    abstract boolean isHeldFor(Task task);

    /** Who has it, for people. */
    abstract String describeOwners();

    /**
     * Takes the lock, and waits for it as long as the settings allow.
     *
     * @return the grip on it, to be closed, on whatever thread
     * @throws BrokenLockException if the lock was broken while this waited, or is poisoned, or is sealed and somebody is in the way
     * @throws WaitTooLongException if the settings bound the wait and it took longer
     * @throws LockInterruptedException if the thread is or was interrupted before it got the lock
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     * @throws DeadlockException if this would wait for ever
     * @throws IllegalMonitorStateException if the current task holds the lock and it is not re-entrant, or it reads and wants to write
     */
    public Hold acquire() {
        return acquire(patient);
    }

    /**
     * Takes the lock, and waits for it at most so long, whatever the settings say.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the grip on it, to be closed, on whatever thread
     * @throws BrokenLockException if the lock was broken while this waited, or is poisoned, or is sealed and somebody is in the way
     * @throws WaitTooLongException if it took longer
     * @throws LockInterruptedException if the thread is or was interrupted before it got the lock
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     * @throws DeadlockException if this would wait for ever, were it not for the time
     * @throws IllegalMonitorStateException if the current task holds the lock and it is not re-entrant, or it reads and wants to write
     */
    public Hold acquire(Duration waitAtMost) {
        return acquire(Patience.demanded(waitAtMost));
    }

    private Hold acquire(Patience patience) {
        Hold hold = tryAcquire(patience);
        if (hold == null) {
            throw tooLong(patience);
        }
        return hold;
    }

    /**
     * Takes the lock if that takes no waiting.
     *
     * @return the grip on it, to be closed, on whatever thread; {@code null} if somebody is in the way
     * @throws BrokenLockException if the lock is poisoned, or is sealed and somebody is in the way
     * @throws LockRefusedException if the current task is ending
     * @throws IllegalMonitorStateException if the current task holds the lock and it is not re-entrant, or it reads and wants to write
     */
    public @Nullable Hold tryAcquire() {
        return tryAcquire(Patience.NONE);
    }

    /**
     * Takes the lock, and waits for it at most so long.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the grip on it, to be closed, on whatever thread; {@code null} if it took longer
     * @throws BrokenLockException if the lock was broken while this waited, or is poisoned, or is sealed and somebody is in the way
     * @throws LockInterruptedException if the thread is or was interrupted before it got the lock
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     * @throws IllegalMonitorStateException if the current task holds the lock and it is not re-entrant, or it reads and wants to write
     */
    public @Nullable Hold tryAcquire(Duration waitAtMost) {
        return tryAcquire(Patience.owned(waitAtMost));
    }

    private @Nullable Hold tryAcquire(Patience patience) {
        try {
            Ownership taken = take(Ownership.HOLD, patience);
            return taken == null ? null : new GrantHold(taken, Ownership.HOLD);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LockInterruptedException(id(), e);
        }
    }

    /**
     * Takes the lock for the current task, and waits for it as long as the settings allow, but not on this thread. The future
     * completes on the registry's executor, in no task; what is chained to it may close the grip on whatever thread it runs.
     *
     * <p>What is clear at once is thrown here: that the lock is poisoned, sealed, not re-entrant, or has no room for another waiter, or
     * that the current task is ending while the lock is free. With what comes up later the future completes exceptionally, with what
     * {@link #acquire()} throws, also when the current task ends before it is told that it has got the lock, which then goes on to the next.
     * Cancelling it, or completing it in any other way, leaves the queue; if the lock was on its way to it, it goes on to the next. A
     * future derived from it is the user's own: cancelling that changes nothing here.
     *
     * @return the grip on the lock, to be closed; done already if nobody was in the way
     * @throws BrokenLockException if the lock is poisoned, or is sealed and somebody is in the way
     * @throws LockRefusedException if the current task is ending, or too many wait
     * @throws IllegalMonitorStateException if the current task holds the lock and it is not re-entrant, or it reads and wants to write
     */
    public CompletableFuture<Hold> acquireAsync() {
        return takeAsync(patient);
    }

    /**
     * Like {@link #acquireAsync()}, with a bound of its own; the future fails with a {@link WaitTooLongException} if it takes longer.
     *
     * @param waitAtMost zero or less: do not wait
     */
    public CompletableFuture<Hold> acquireAsync(Duration waitAtMost) {
        return takeAsync(Patience.demanded(waitAtMost));
    }

    /**
     * Takes the lock, and waits for it as long as the settings allow, whether interrupted or not; an interrupt is kept in the
     * thread's status.
     *
     * @throws BrokenLockException if the lock was broken while this waited, or is poisoned, or is sealed and somebody is in the way
     * @throws WaitTooLongException if the settings bound the wait and it took longer
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     * @throws DeadlockException if this would wait for ever
     * @throws IllegalMonitorStateException if the current task holds the lock and it is not re-entrant, or it reads and wants to write
     */
    @Override
    public void lock() {
        if (!tryLock(stubborn)) {
            throw tooLong(stubborn);
        }
    }

    /**
     * Like {@link #lock()}, and gives up when interrupted.
     *
     * @throws InterruptedException if the thread is or was interrupted before it got the lock
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (take(Ownership.LOCK, patient) == null) {
            throw tooLong(patient);
        }
    }

    /**
     * Takes the lock if that takes no waiting.
     *
     * @return {@code false} if somebody is in the way
     * @throws BrokenLockException if the lock is poisoned, or is sealed and somebody is in the way
     * @throws LockRefusedException if the current task is ending
     * @throws IllegalMonitorStateException if the current task holds the lock and it is not re-entrant, or it reads and wants to write
     */
    @Override
    public boolean tryLock() {
        return tryLock(Patience.NONE);
    }

    private boolean tryLock(Patience uninterruptible) {
        try {
            return take(Ownership.LOCK, uninterruptible) != null;
        } catch (InterruptedException e) {
            throw new AssertionError("Not interruptible", e);
        }
    }

    /**
     * Takes the lock, and waits for it at most so long.
     *
     * @return {@code false} if it took longer
     * @throws InterruptedException if the thread is or was interrupted before it got the lock
     * @throws BrokenLockException if the lock was broken while this waited, or is poisoned, or is sealed and somebody is in the way
     * @throws LockRefusedException if the current task is ending, too many wait, an operator ended the wait, or the
     *     application is shutting down
     * @throws IllegalMonitorStateException if the current task holds the lock and it is not re-entrant, or it reads and wants to write
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return take(Ownership.LOCK, Patience.owned(unit.toNanos(time))) != null;
    }

    /**
     * Takes back one {@link #lock()} of the current task.
     *
     * @throws IllegalMonitorStateException if the current task has not locked this; the message names who has
     */
    @Override
    public void unlock() {
        Task task = Task.current();
        if (!unlock(task)) {
            throw new IllegalMonitorStateException(task + " cannot unlock " + this + ": "
                    + (ownershipOf(task) == null ? describeOwners() : "it was acquired as a Hold, so close that"));
        }
    }

    /** Whether the current task holds this lock. */
    public boolean isHeldByCurrentTask() {
        return ownershipOf(Task.current()) != null;
    }

    /**
     * Whether the current task holds this lock, or one that it is nested in does: whether what is done now is done under the lock.
     */
    public boolean isHeldForCurrentTask() {
        return isHeldFor(Task.current());
    }

    /**
     * For an owner: whether somebody ended before it and still held this lock, and nobody has put that right since, so that what it
     * protects may be half done.
     *
     * @throws IllegalMonitorStateException if the current task does not hold the lock
     */
    public boolean predecessorAbandoned() {
        Task task = Task.current();
        Ownership mine = ownershipOf(task);
        if (mine == null) {
            throw new IllegalMonitorStateException(task + " does not hold " + this);
        }
        return mine.predecessor() != null;
    }
}
