package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A pair of locks that belong to the {@link Task}s that took them and do not outlive them: many may read at a time, or one may
 * write. Take a side with {@link ReadWriteSide#acquire()} in a {@code try} with resources, or use it as the
 * {@link java.util.concurrent.locks.Lock} that it is.
 *
 * <p><b>Who waits for whom.</b> Readers and writers queue in one line, and nobody overtakes, whatever
 * {@link LockSettings#fair()} says: a reader queues behind a writer that waits, so writers do not starve, and readers that stand
 * next to each other are let in together. Only who is at home inside does not queue: a task that has a side already, or is nested
 * in one that has.
 *
 * <p><b>Both sides are re-entrant</b>, unless the {@linkplain LockSettings#reentrant() settings} say otherwise. A task that writes may
 * also read, and go on reading when it has given back the write lock: that is how to downgrade. A task that only reads cannot write:
 * two that tried would wait for each other, so that is an {@link IllegalMonitorStateException} at once, also from {@code tryLock}. The
 * same goes for a task nested in one that only reads. What a writer lends to the tasks nested in it excludes them from each other
 * like strangers.
 *
 * <p><b>When a writer ends</b> and still holds the lock, what it wrote may be half done. Everyone parked at that moment, on either
 * side, fails at once with a {@link BrokenLockException} that names the culprit, and the lock goes on as
 * {@link LockSettings#onOwnerEnd()} says: free, with those who come next told by {@link Hold#predecessorAbandoned()}, or handed
 * over to the first in line, who is told the same way, or poisoned for both sides until {@link #repair()}. Readers are told too,
 * each of them; but only a writer that closes normally says that all is well again.
 *
 * <p><b>When a reader ends</b> and still holds its share, nothing can be half done: the share goes back, the listeners are
 * {@linkplain LockListener#reclaimed told}, and whoever it was in the way of is served.
 *
 * <p>The end of a thread that works without a task is found out by whoever looks at the lock next, and by the watchdog.
 *
 * <p><b>When somebody inside lives and does not leave</b>, a writer or a reader, because it has held its side for longer than
 * {@link LockSettings#holdAtMost()} allows (where {@link LockSettings#onOverdue()} says so), or its task was told to end and its
 * thread is inside beyond {@link LockSettings#endingGrace()}, or {@linkplain #breakWaiters() somebody in charge} says so, its share
 * is <em>sealed</em>. It is not robbed of it. But as long as anybody inside is sealed nobody waits: who can be let in beside those
 * inside is let in, and everybody else fails at once with a {@link BrokenLockException} that names the one in the way, whether it
 * was parked already, is new, or only tries. So a sealed writer keeps everyone out, a sealed reader only writers: one reader
 * that hangs must not keep the others from reading. When the last share that is sealed was given back, or its owner has died, the
 * lock is as it was before. Each of many readers is looked at by itself.
 *
 * <p><b>When a waiter is interrupted or runs out of time</b> it leaves the line, and never owns the lock afterwards; whoever waited
 * only because of it is let in. If it was failed or let in at the same moment, that is what counts, and its interrupt status
 * stays set. <b>When the waiter's own task ends</b> while it is parked, its wait fails with a {@link LockRefusedException}; a task
 * that is ending gets no side that it does not hold.
 *
 * <p>Costs: every acquisition and release takes a monitor for a few writes, and a reader copies the list of those who read, so
 * this is for sections that are long enough to be worth sharing.
 *
 * <p><b>When the application shuts down</b>, nothing breaks by that alone: see {@link Primitive}.
 *
 * <p>Safe for use by many threads. There are no conditions.
 */
public final class TaskReadWriteLock implements ReadWriteLock, Primitive {

    private final ReadWriteCell cell;
    private final ReadWriteSide reading;
    private final ReadWriteSide writing;
    private final Inspection<Share> inspection;

    private TaskReadWriteLock(ReadWriteCell cell, LockEnvironment environment) {
        this.cell = cell;
        cell.face = this;
        this.inspection =
                new Inspection<>(cell.id(), cell.settings(), environment, cell.exits()::abandonIfGone, cell.queue());
        this.reading = new ReadWriteSide(cell, Side.READ);
        this.writing = new ReadWriteSide(cell, Side.WRITE);
    }

    /** Makes a pair; whoever makes it must see that its owners are {@linkplain #inspectOwners() inspected}. */
    public static TaskReadWriteLock create(LockId id, LockSettings settings, LockEnvironment environment) {
        ReadWriteCell cell = new ReadWriteCell(
                requireNonNull(id, "id"),
                requireNonNull(settings, "settings"),
                requireNonNull(environment, "environment"));
        return new TaskReadWriteLock(cell, environment);
    }

    /** Which lock this is; both sides have the same id. */
    @Override
    public LockId id() {
        return cell.id();
    }

    @Override
    public LockKind kind() {
        return LockKind.READ_WRITE;
    }

    /** The side that many may hold at a time. */
    @Override
    public ReadWriteSide readLock() {
        return reading;
    }

    /** The side that only one may hold, and nobody the other. */
    @Override
    public ReadWriteSide writeLock() {
        return writing;
    }

    /**
     * Frees the lock if it is poisoned: somebody has looked at what it protects, and found or put it in order.
     *
     * @return whether it was poisoned
     */
    public boolean repair() {
        return cell.exits().repair();
    }

    /**
     * Sends away everyone who waits and cannot be let in beside those who are inside now, and everyone who comes and cannot, until
     * those have left: they fail with a {@link BrokenLockException}. Whoever is inside goes on undisturbed, and may take again what
     * it has. Readers inside are in the way of writers only, so other readers are let in.
     *
     * @return whether there was anybody inside for whom it was not so already
     */
    public boolean breakWaiters() {
        return cell.queue().seal(cell.queue().inside(), BreakReason.OPERATOR);
    }

    @Override
    public boolean isIdle() {
        Occupancy seen = cell.occupancy();
        return seen.isEmpty() && seen.left() == null && lot().isEmpty();
    }

    @Override
    public @Nullable Abandonment abandonment() {
        Occupancy seen = cell.occupancy();
        return seen.isEmpty() && !seen.poisoned() && lot().isEmpty() ? seen.left() : null;
    }

    /**
     * Ends every owner that is gone without a word, and takes back what it held; looks whether those who are not are overdue, or do
     * not leave. For a watchdog: one at a time.
     */
    @Override
    public void inspectOwners() {
        cell.queue().inspectWaiters();
        inspection.run();
        cell.exits().abandonTheDead();
    }

    /** Where waiters park: what their threads' blocker is. */
    ParkingLot lot() {
        return cell.queue().lot();
    }

    /** How many wait, on both sides. */
    @Override
    public int waiting() {
        return lot().size();
    }

    @Override
    public boolean cancelWaiter(long taskId) {
        return cell.queue().cancel(taskId);
    }

    @Override
    public void turnWaitersAway() {
        cell.queue().turnWaitersAway();
    }

    @Override
    public LockState state() {
        Occupancy seen = cell.occupancy();
        return state(seen, seen.seal());
    }

    @Override
    public LockSnapshot snapshot() {
        Occupancy seen = cell.occupancy();
        Abandonment seal = seen.seal();
        List<LockSnapshot.Waiting> waiting = LockSnapshot.Waiting.in(lot(), cell::instantOf);
        return new LockSnapshot(
                id(), kind(), state(seen, seal), holds(seen), seal == null ? seen.left() : seal, waiting, null);
    }

    private static LockState state(Occupancy seen, @Nullable Abandonment seal) {
        if (seen.isEmpty()) {
            return seen.poisoned() ? LockState.POISONED : LockState.FREE;
        }
        return seal == null ? LockState.HELD : LockState.SEALED;
    }

    private static List<LockSnapshot.Held> holds(Occupancy seen) {
        List<LockSnapshot.Held> holds = new ArrayList<>();
        for (Share share = seen.writer(); share != null; share = share.lender) {
            holds.add(held(share));
        }
        seen.readers().forEach(reader -> holds.add(held(reader)));
        return holds;
    }

    private static LockSnapshot.Held held(Share share) {
        return new LockSnapshot.Held(
                share.owner().info(), share.since(), share.count(), share.isWriting(), share.site());
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
