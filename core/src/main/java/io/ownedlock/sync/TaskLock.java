package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.time.Ticker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
public final class TaskLock extends HoldableLock {

    private final LockCell cell;
    private final Ticker ticker;
    private final Inspection<Grant> inspection;

    private TaskLock(LockCell cell, LockEnvironment environment) {
        super(cell.settings());
        this.cell = cell;
        cell.face = this;
        this.ticker = environment.ticker();
        this.inspection = new Inspection<>(
                cell.id(),
                cell.settings(),
                environment,
                cell.queue()::holdings,
                cell.breaking()::abandonIfOwnerIsGone,
                cell.breaking()::seal);
    }

    /** Makes a lock; whoever makes it must see that its owner is {@linkplain #inspectOwner() inspected}. Meant for a registry. */
    public static TaskLock create(LockId id, LockSettings settings, LockEnvironment environment) {
        LockCell cell = new LockCell(
                requireNonNull(id, "id"),
                requireNonNull(settings, "settings"),
                requireNonNull(environment, "environment"));
        return new TaskLock(cell, environment);
    }

    @Override
    public LockId id() {
        return cell.id();
    }

    @Override
    @Nullable Ownership take(long grip, Patience patience) throws InterruptedException {
        return cell.take(grip, patience);
    }

    @Override
    CompletableFuture<Hold> takeAsync(Patience patience) {
        return cell.takeAsync(patience);
    }

    @Override
    WaitTooLongException tooLong(Patience patience) {
        return cell.tooLong(patience);
    }

    @Override
    @Nullable Ownership ownershipOf(Task task) {
        return cell.grantOf(task);
    }

    @Override
    boolean unlock(Task task) {
        return cell.unlock(task);
    }

    @Override
    String describeOwners() {
        return cell.state() instanceof Grant held ? "it is held by " + held.owner() : "nobody holds it";
    }

    /** Makes a condition of this lock. */
    @Override
    public TaskCondition newCondition() {
        return new TaskCondition(cell, ticker);
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
