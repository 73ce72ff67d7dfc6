package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A mutual exclusion lock that belongs to the {@link Task} that took it, may be taken again by it, and does not outlive it.
 * Take it with {@link #acquire()} in a {@code try} with resources, or use it as the {@link Lock} that it is.
 *
 * <p><b>When the owner ends</b> and still holds the lock, everyone parked at that moment fails at once with a
 * {@link BrokenLockException} that names the culprit, and the lock goes on as {@link LockSettings#onOwnerEnd()} says: free, with
 * the next owner told by {@link #predecessorAbandoned()}, or poisoned until {@link #repair()}. The end of a thread that works
 * without a task is found out by whoever looks at the lock next, and by the watchdog.
 *
 * <p><b>While the owner lives</b> nobody takes the lock from it. If it holds it for too long, does not leave although its task was told
 * to end, or an operator says so ({@link #breakWaiters()}), the lock is sealed: those who wait and those who come fail with a
 * {@link BrokenLockException} until the owner has released it.
 *
 * <p><b>When a waiter is interrupted or runs out of time</b> it leaves the queue, and never owns the lock afterwards. If it was
 * failed or got the lock at the same moment, that is what counts, and its interrupt status stays set.
 *
 * <p><b>When the waiter's own task ends</b> while it is parked, its wait fails with a {@link LockRefusedException}; a task that is
 * ending gets no lock that it does not hold.
 *
 * <p>Waiters queue first come, first served, but a newcomer may overtake them at the moment of release. A lock may be closed by
 * a {@link Hold} on any thread; {@link #unlock()} is for the task that locked.
 *
 * <p>Safe for use by many threads. Obtain one from a registry, which gives one lock for each name and key.
 */
public final class TaskLock implements Lock {

    private final LockCell cell;
    private final Ticker ticker;
    private final Inspection inspection;
    private final Patience patient;
    private final Patience stubborn;

    private TaskLock(LockCell cell, LockEnvironment environment) {
        this.cell = cell;
        cell.face = this;
        this.ticker = environment.ticker();
        this.inspection = new Inspection(cell, environment);
        this.patient = Patience.configured(cell.settings().waitAtMost(), true);
        this.stubborn = Patience.configured(cell.settings().waitAtMost(), false);
    }

    /** Makes a lock; whoever makes it must see that its owner is {@linkplain #inspectOwner() inspected}. Meant for a registry. */
    public static TaskLock create(LockId id, LockSettings settings, LockEnvironment environment) {
        LockCell cell = new LockCell(
                requireNonNull(id, "id"),
                requireNonNull(settings, "settings"),
                requireNonNull(environment, "environment"));
        return new TaskLock(cell, environment);
    }

    /** Which lock this is. */
    public LockId id() {
        return cell.id();
    }

    /**
     * Takes the lock, and waits for it as long as the settings allow.
     *
     * @return the grip on it, to be closed
     * @throws BrokenLockException if the owner died while this waited, or the lock is poisoned
     * @throws WaitTooLongException if the settings bound the wait and it took longer
     * @throws LockInterruptedException if the thread is or was interrupted before it got the lock
     * @throws LockRefusedException if the current task is ending
     */
    public Hold acquire() {
        return acquire(patient);
    }

    /**
     * Takes the lock, and waits for it at most so long, whatever the settings say.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the grip on it, to be closed
     * @throws BrokenLockException if the owner died while this waited, or the lock is poisoned
     * @throws WaitTooLongException if it took longer
     * @throws LockInterruptedException if the thread is or was interrupted before it got the lock
     * @throws LockRefusedException if the current task is ending
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
     * Takes the lock if that takes no waiting.
     *
     * @return the grip on it, to be closed; {@code null} if another task holds it
     * @throws BrokenLockException if the lock is poisoned
     * @throws LockRefusedException if the current task is ending
     */
    public @Nullable Hold tryAcquire() {
        return tryAcquire(Patience.NONE);
    }

    /**
     * Takes the lock, and waits for it at most so long.
     *
     * @param waitAtMost zero or less: do not wait
     * @return the grip on it, to be closed; {@code null} if it took longer
     * @throws BrokenLockException if the owner died while this waited, or the lock is poisoned
     * @throws LockInterruptedException if the thread is or was interrupted before it got the lock
     * @throws LockRefusedException if the current task is ending
     */
    public @Nullable Hold tryAcquire(Duration waitAtMost) {
        return tryAcquire(Patience.owned(waitAtMost));
    }

    private @Nullable Hold tryAcquire(Patience patience) {
        try {
            Grant grant = cell.take(Grant.HOLD, patience);
            return grant == null ? null : new GrantHold(grant);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LockInterruptedException(id(), e);
        }
    }

    /**
     * Takes the lock for the current task, and waits for it as long as the settings allow, but not on this thread. The future
     * completes on the registry's executor, in no task; what is chained to it may close the grip on whatever thread it runs.
     *
     * <p>It completes exceptionally with what {@link #acquire()} throws, also when the current task ends before it has got the
     * lock. Cancelling it, or completing it in any other way, leaves the queue; if the lock was on its way to it, it goes on to the
     * next. A future derived from it is the user's own: cancelling that changes nothing here.
     *
     * @return the grip on the lock, to be closed; done already if nobody was in the way
     * @throws BrokenLockException if the lock is poisoned
     * @throws LockRefusedException if the current task is ending, or too many wait
     */
    public CompletableFuture<Hold> acquireAsync() {
        return cell.takeAsync(patient);
    }

    /**
     * Like {@link #acquireAsync()}, with a bound of its own.
     *
     * @param waitAtMost zero or less: do not wait
     */
    public CompletableFuture<Hold> acquireAsync(Duration waitAtMost) {
        return cell.takeAsync(Patience.demanded(waitAtMost));
    }

    /**
     * Takes the lock, and waits for it as long as the settings allow, whether interrupted or not; an interrupt is kept in the
     * thread's status.
     *
     * @throws BrokenLockException if the owner died while this waited, or the lock is poisoned
     * @throws WaitTooLongException if the settings bound the wait and it took longer
     * @throws LockRefusedException if the current task is ending
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
     * @throws InterruptedException if the thread is or was interrupted before it got the lock
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (cell.take(Grant.LOCK, patient) == null) {
            throw cell.tooLong(patient);
        }
    }

    /**
     * Takes the lock if that takes no waiting.
     *
     * @return {@code false} if another task holds it
     * @throws BrokenLockException if the lock is poisoned
     * @throws LockRefusedException if the current task is ending
     */
    @Override
    public boolean tryLock() {
        return tryLock(Patience.NONE);
    }

    private boolean tryLock(Patience uninterruptible) {
        try {
            return cell.take(Grant.LOCK, uninterruptible) != null;
        } catch (InterruptedException e) {
            throw new AssertionError("Not interruptible", e);
        }
    }

    /**
     * Takes the lock, and waits for it at most so long.
     *
     * @return {@code false} if it took longer
     * @throws BrokenLockException if the owner died while this waited, or the lock is poisoned
     * @throws LockRefusedException if the current task is ending
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return cell.take(Grant.LOCK, Patience.owned(unit.toNanos(time))) != null;
    }

    /**
     * Takes back one {@link #lock()} of the current task.
     *
     * @throws IllegalMonitorStateException if the current task has not locked this; the message names who has
     */
    @Override
    public void unlock() {
        Task task = Task.current();
        if (!cell.unlock(task)) {
            throw new IllegalMonitorStateException(cannotUnlock(task, cell.grantOf(task)));
        }
    }

    private String cannotUnlock(Task task, @Nullable Grant mine) {
        String told = task + " cannot unlock " + this + ": ";
        if (mine != null) {
            return told + "it was acquired as a Hold, so close that";
        }
        return told + (cell.state() instanceof Grant held ? "it is held by " + held.owner() : "nobody holds it");
    }

    /** Makes a condition of this lock. */
    @Override
    public TaskCondition newCondition() {
        return new TaskCondition(cell, ticker);
    }

    /** Whether the current task holds this lock. */
    public boolean isHeldByCurrentTask() {
        return cell.grantOf(Task.current()) != null;
    }

    /**
     * For the owner: whether the last owner ended and still held this lock, so that what it protects may be half done.
     *
     * @throws IllegalMonitorStateException if the current task does not hold the lock
     */
    public boolean predecessorAbandoned() {
        Task task = Task.current();
        Grant grant = cell.grantOf(task);
        if (grant == null) {
            throw new IllegalMonitorStateException(task + " does not hold " + this);
        }
        return grant.predecessor() != null;
    }

    /**
     * Frees the lock if it is poisoned: somebody has looked at what it protects, and found or put it in order.
     *
     * @return whether it was poisoned
     */
    public boolean repair() {
        return cell.breaking().repair();
    }

    /**
     * Sends everyone away who waits, and everyone who comes, until the owner has released the lock: they fail with a
     * {@link BrokenLockException}. The owner goes on undisturbed, and may take the lock again.
     *
     * @return whether anybody held the lock, and it was not so already
     */
    public boolean breakWaiters() {
        return cell.breaking().breakWaiters();
    }

    /** Whether nobody holds it, waits for it, or needs to know what became of it. Out of date when it returns. */
    public boolean isIdle() {
        return cell.state() == Cell.Free.CLEAN
                && cell.queue().lot().isEmpty()
                && cell.conditions().isEmpty();
    }

    /**
     * Ends the owner if it is gone without a word, and breaks this lock then; looks whether it is overdue, or does not leave. For a
     * watchdog: one at a time.
     */
    public void inspectOwner() {
        inspection.run();
    }

    /** Where waiters park: what their threads' blocker is. */
    ParkingLot lot() {
        return cell.queue().lot();
    }

    /** How many wait. */
    public int waiting() {
        return cell.queue().lot().size();
    }

    /** The lock as it is now. */
    public LockSnapshot snapshot() {
        List<TaskInfo> waiting = cell.queue().lot().waiters().stream()
                .map(waiter -> waiter.task().info())
                .toList();
        Cell seen = cell.state();
        if (seen instanceof Grant held) {
            Abandonment seal = held.seal;
            return new LockSnapshot(
                    id(),
                    seal == null ? LockState.HELD : LockState.SEALED,
                    held.owner().info(),
                    held.since(),
                    held.count(),
                    seal == null ? held.predecessor() : seal,
                    waiting);
        }
        if (seen instanceof Cell.Poisoned poisoned) {
            return new LockSnapshot(id(), LockState.POISONED, null, null, 0, poisoned.abandonment(), waiting);
        }
        Abandonment predecessor = seen instanceof Cell.Free free ? free.predecessor() : null;
        return new LockSnapshot(id(), LockState.FREE, null, null, 0, predecessor, waiting);
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
