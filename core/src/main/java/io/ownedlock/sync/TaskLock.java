package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A mutual exclusion lock that belongs to the {@link Task} that took it, may be taken again by it unless it is not
 * {@linkplain LockSettings#reentrant() re-entrant}, and does not outlive it.
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
 * <p>Waiters queue first come, first served, but a newcomer may overtake them at the moment of release, unless the lock is
 * {@linkplain LockSettings#fair() fair}. A {@link Hold} may be closed on any thread; {@link #unlock()} is for the task that locked.
 *
 * <p><b>When the application shuts down</b>, nothing breaks by that alone: see {@link Primitive}.
 *
 * <p>Safe for use by many threads. Obtain one from a registry, which gives one lock for each name and key.
 */
public final class TaskLock extends HoldableLock implements Primitive {

    private final LockCell cell;
    private final Ticker ticker;
    private final Inspection<Grant> inspection;

    private TaskLock(LockCell cell, LockEnvironment environment) {
        super(cell.settings());
        this.cell = cell;
        cell.face = this;
        this.ticker = environment.ticker();
        this.inspection = new Inspection<>(
                cell.id(), cell.settings(), environment, cell.breaking()::abandonIfOwnerIsGone, cell.queue());
    }

    /** Makes a lock; whoever makes it must see that its owner is {@linkplain #inspectOwners() inspected}. Meant for a registry. */
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
    public LockKind kind() {
        return LockKind.LOCK;
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
    boolean isHeldFor(Task task) {
        return cell.grantOf(task) != null || (cell.state() instanceof Grant held && Cell.mayTake(held, task));
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
     * Sends everyone away who waits, and everyone who comes, until those inside have released the lock, who has lent it too: they fail
     * with a {@link BrokenLockException}. Who is inside goes on undisturbed, and may take the lock again, unless it has lent it: that
     * would be to wait as well.
     *
     * @return whether anybody held the lock who was not sealed already
     */
    public boolean breakWaiters() {
        return cell.queue().seal(cell.queue().inside(), BreakReason.OPERATOR);
    }

    @Override
    public boolean isIdle() {
        return cell.state() instanceof Cell.Free free && free.isClean() && nobodyWaits();
    }

    @Override
    public @Nullable Abandonment abandonment() {
        return cell.state() instanceof Cell.Free free && nobodyWaits() ? free.predecessor() : null;
    }

    private boolean nobodyWaits() {
        return lot().isEmpty() && cell.conditions().isEmpty();
    }

    /**
     * Ends the owner if it is gone without a word, and breaks this lock then; looks whether it is overdue, or does not leave. For a
     * watchdog: one at a time.
     */
    @Override
    public void inspectOwners() {
        cell.queue().inspectWaiters();
        cell.conditions().inspect();
        inspection.run();
    }

    /** Where waiters park: what their threads' blocker is. */
    ParkingLot lot() {
        return cell.queue().lot();
    }

    @Override
    public int waiting() {
        return cell.queue().lot().size();
    }

    @Override
    public boolean cancelWaiter(long taskId) {
        return cell.queue().cancel(taskId);
    }

    @Override
    public void turnWaitersAway() {
        cell.queue().turnWaitersAway();
        cell.conditions().turnWaitersAway();
    }

    @Override
    public LockState state() {
        return stateOf(cell.state());
    }

    @Override
    public LockSnapshot snapshot() {
        List<LockSnapshot.Waiting> waiting = LockSnapshot.Waiting.in(lot(), cell::instantOf);
        Cell seen = cell.state();
        return new LockSnapshot(id(), kind(), stateOf(seen), holds(seen), abandonment(seen), waiting, null);
    }

    private static LockState stateOf(Cell seen) {
        if (seen instanceof Grant) {
            return Cell.brokenFor(null, seen) == null ? LockState.HELD : LockState.SEALED;
        }
        return seen instanceof Cell.Poisoned ? LockState.POISONED : LockState.FREE;
    }

    private static List<LockSnapshot.Held> holds(Cell seen) {
        List<LockSnapshot.Held> holds = new ArrayList<>(1);
        for (Grant grant = seen instanceof Grant held ? held : null; grant != null; grant = grant.lender) {
            holds.add(new LockSnapshot.Held(grant.owner().info(), grant.since(), grant.count(), true, grant.site()));
        }
        return holds;
    }

    private static @Nullable Abandonment abandonment(Cell seen) {
        if (seen instanceof Grant held) {
            Abandonment seal = Cell.brokenFor(null, seen);
            return seal == null ? held.predecessor() : seal;
        }
        return seen instanceof Cell.Poisoned poisoned ? poisoned.abandonment() : ((Cell.Free) seen).predecessor();
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
