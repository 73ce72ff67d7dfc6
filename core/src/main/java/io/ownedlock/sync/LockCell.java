package io.ownedlock.sync;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine of a {@link TaskLock}: one word that says who has the lock, and a lot for those who want it.
 *
 * <p>The word, {@code cell}, holds one object, and every transition is one compare-and-set of it:
 *
 * <pre>
 *   Free     -> Grant      taken; the grant copies the predecessor that Free may name
 *   Grant    -> Free       released, by whoever took off its last grip
 *   Grant    -> Free(who)  the owner ended: break; the waiters are failed
 *   Grant    -> Poisoned   the owner ended: poison; the waiters are failed
 *   Poisoned -> Free       repaired
 *   Grant    -> Grant      lent to a nested task, and given back to the lender
 * </pre>
 *
 * <p>Because a state is an object of its own, whoever compares it has the identity of the grant: a hold that was closed late,
 * or a sweep that comes late, finds another object there and does nothing. The races, and what decides each:
 *
 * <ul>
 *   <li><em>acquire against acquire, release against break, repair against anything</em>: the compare-and-set of the cell.
 *   <li><em>acquire against the end of the acquiring task</em>: the grant is the task's hook before it is tried
 *       ({@link Task#add}), and the task's state is read after it is in the cell ({@link #confirm}). Either the end sees the hook
 *       or the acquirer sees the end.
 *   <li><em>release against park</em>: see {@link ParkingLot}. A released lock wakes the first in the queue, which competes with
 *       newcomers. Who leaves the queue without the lock wakes the next, so a wake-up is never lost with its receiver.
 *   <li><em>break against park</em>: both under the lot's monitor. Who is in the queue fails, even if the lock is free before it
 *       has woken up; who comes later sees the new state.
 *   <li><em>break, time-out and interrupt of one waiter</em>: who takes it out of the queue decides.
 * </ul>
 *
 * <p>Breaking a loan: see {@link #abandon}.
 */
final class LockCell {

    private static final VarHandle CELL;

    static {
        try {
            CELL = MethodHandles.lookup().findVarHandle(LockCell.class, "cell", Cell.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** As a waiting time: as long as it takes. */
    static final long FOR_EVER = Long.MAX_VALUE;

    /** The longest time that can be told from a deadline in the past, clocks being allowed to start anywhere. */
    private static final long LONGEST = Long.MAX_VALUE / 2;

    private final LockId id;
    private final LockSettings settings;
    private final Ticker ticker;
    private final @Nullable LockListener listener;
    private final ParkingLot lot;

    private volatile Cell cell = Cell.Free.CLEAN;

    /** Counts grants. Touched only by who has just got the lock, before anybody else can. */
    private long tokens;

    LockCell(LockId id, LockSettings settings, LockEnvironment environment) {
        this.id = id;
        this.settings = settings;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
        this.lot = new ParkingLot(ticker, environment.parker());
    }

    LockId id() {
        return id;
    }

    LockSettings settings() {
        return settings;
    }

    Cell state() {
        return cell;
    }

    ParkingLot lot() {
        return lot;
    }

    /** For people, who do not read nanoseconds. */
    Instant instantOf(long nanos) {
        return ticker.now().minusNanos(ticker.nanos() - nanos).truncatedTo(ChronoUnit.MILLIS);
    }

    /** What the task holds of this lock, lent to a nested task or not. */
    @Nullable Grant grantOf(Task task) {
        Grant grant = cell instanceof Grant held ? held : null;
        while (grant != null && grant.owner() != task) {
            grant = grant.lender;
        }
        return grant;
    }

    /**
     * Takes the lock, for as long as it takes or not at all.
     *
     * @param waitNanos how long to wait; nothing is queued if it is not positive
     * @return {@code null} if time ran out
     * @throws InterruptedException only if {@code interruptible}
     */
    @Nullable Grant take(long grip, boolean interruptible, long waitNanos) throws InterruptedException {
        if (interruptible && Thread.interrupted()) {
            throw new InterruptedException();
        }
        Task task = Task.current();
        if (cell instanceof Grant held && held.owner() == task && held.addGrip(grip)) {
            return held;
        }
        Grant grant = new Grant(this, task, grip);
        task.add(grant);
        boolean taken = false;
        try {
            if (claim(grant)) {
                confirm(grant, 0);
                taken = true;
            } else if (waitNanos > 0) {
                taken = await(grant, interruptible, waitNanos);
            }
        } finally {
            if (!taken) {
                undo(grant);
                task.remove(grant);
            }
        }
        return taken ? grant : null;
    }

    /** Takes the lock if nobody is in the way. */
    private boolean claim(Grant grant) {
        for (; ; ) {
            Cell seen = cell;
            if (seen instanceof Cell.Poisoned poisoned) {
                throw new BrokenLockException(poisoned.abandonment(), null);
            }
            if (isOpen(seen, grant.owner())) {
                if (replace(seen, grant, ticker.nanos())) {
                    return true;
                }
            } else if (!abandonIfOwnerIsDead()) {
                return false;
            }
        }
    }

    private static boolean isOpen(Cell seen, Task task) {
        return seen instanceof Cell.Free || (seen instanceof Grant held && task.isNestedIn(held.owner()));
    }

    private boolean replace(Cell seen, Grant grant, long now) {
        grant.sinceNanos = now;
        grant.lender = seen instanceof Grant lender ? lender : null;
        grant.setPredecessor(
                seen instanceof Cell.Free free
                        ? free.predecessor()
                        : grant.lender == null ? null : grant.lender.predecessor());
        return CELL.compareAndSet(this, seen, grant);
    }

    /** The second half of an acquisition: the task may have been told to end since the first. */
    private void confirm(Grant grant, long waitedNanos) {
        if (!grant.owner().isActive()) {
            throw refusal(grant);
        }
        grant.token = ++tokens;
        if (listener != null) {
            listener.acquired(id, waitedNanos);
        }
    }

    private LockRefusedException refusal(Grant grant) {
        return new LockRefusedException(id, grant.owner() + " is ending, and gets nothing new");
    }

    private boolean await(Grant grant, boolean interruptible, long waitNanos) throws InterruptedException {
        Waiter waiter = lot.join(grant.owner());
        WaitOutcome outcome = null;
        try {
            grant.waiter = waiter;
            // Pairs with the fence of the task's end: either the end finds this waiter, or this waiter finds the end.
            VarHandle.fullFence();
            outcome = await(grant, waiter, interruptible, waitNanos);
        } finally {
            grant.waiter = null;
            if (outcome != WaitOutcome.GRANTED) {
                lot.remove(waiter);
                lot.unparkFirst();
            }
        }
        long waited = ticker.nanos() - waiter.sinceNanos();
        if (outcome == WaitOutcome.GRANTED) {
            confirm(grant, waited);
            return true;
        }
        Supplier<? extends RuntimeException> failure = waiter.failure();
        RuntimeException told = failure == null ? null : failure.get();
        if (listener != null) {
            listener.notAcquired(id, told instanceof LockRefusedException ? WaitOutcome.REFUSED : outcome, waited);
        }
        if (told != null) {
            throw told;
        }
        if (outcome == WaitOutcome.INTERRUPTED) {
            throw new InterruptedException();
        }
        return false;
    }

    private WaitOutcome await(Grant grant, Waiter waiter, boolean interruptible, long waitNanos) {
        long deadline = waitNanos == FOR_EVER ? FOR_EVER : waiter.sinceNanos() + Math.min(waitNanos, LONGEST);
        boolean interrupted = false;
        try {
            for (; ; ) {
                if (claimInTurn(grant, waiter, ticker.nanos())) {
                    return WaitOutcome.GRANTED;
                }
                long now = ticker.nanos();
                if (waiter.failure() != null) {
                    return WaitOutcome.BROKEN;
                }
                if (cell instanceof Cell.Poisoned poisoned) {
                    lot.fail(waiter, () -> new BrokenLockException(poisoned.abandonment(), null));
                } else if (!grant.owner().isActive()) {
                    refuse(grant);
                } else if (interrupted && interruptible) {
                    if (lot.remove(waiter)) {
                        interrupted = false;
                        return WaitOutcome.INTERRUPTED;
                    }
                } else if (deadline != FOR_EVER && now - deadline >= 0) {
                    if (lot.remove(waiter)) {
                        return WaitOutcome.TIMED_OUT;
                    }
                } else if (!abandonIfOwnerIsDead()) {
                    lot.park(deadline);
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Takes the lock and leaves the queue in one step; a waiter that was failed is not in the queue, and never gets it. */
    private boolean claimInTurn(Grant grant, Waiter waiter, long now) {
        synchronized (lot) {
            Cell seen = cell;
            return lot.contains(waiter)
                    && isOpen(seen, grant.owner())
                    && replace(seen, grant, now)
                    && lot.remove(waiter);
        }
    }

    /** The task of this intent is ending: if it waits, it waits no longer. */
    void refuse(Grant grant) {
        Waiter waiter = grant.waiter;
        if (waiter != null) {
            lot.fail(waiter, () -> refusal(grant));
        }
    }

    /** The last grip of this grant was taken off. */
    void release(Grant grant) {
        boolean given = vacate(grant, Cell.Free.CLEAN);
        grant.owner().remove(grant);
        if (given && listener != null) {
            listener.released(id, ticker.nanos() - grant.sinceNanos);
        }
    }

    /** Puts back what an unfinished acquisition had replaced. */
    private void undo(Grant grant) {
        if (cell == grant) {
            Abandonment predecessor = grant.predecessor();
            vacate(grant, predecessor == null ? Cell.Free.CLEAN : new Cell.Free(predecessor));
        }
    }

    /**
     * Takes the grant out of the cell, and wakes who is next. A loan goes back to its lender, who may have released it, or died,
     * in the meantime.
     */
    private boolean vacate(Grant grant, Cell.Free after) {
        Grant lender = grant.lender;
        if (!CELL.compareAndSet(this, grant, lender == null ? after : lender)) {
            return false;
        }
        if (lender != null && !lender.isOpen()) {
            vacate(lender, after);
        } else {
            abandonIfOwnerIsDead();
        }
        lot.unparkFirst();
        return true;
    }

    /**
     * Looks at the owner, since nobody may ever tell of its death.
     *
     * @return whether it was dead: the cell has changed then
     */
    private boolean abandonIfOwnerIsDead() {
        return cell instanceof Grant held && held.owner().endIfDead() && abandonEnded(held);
    }

    /** The watchdog's look at the owner, which asks those who know it too. */
    void inspectOwner() {
        if (cell instanceof Grant held && held.owner().endIfGone()) {
            abandonEnded(held);
        }
    }

    /** The end of a task comes to all its locks; this is for who is here before it, or after it failed. */
    private boolean abandonEnded(Grant held) {
        TaskEnd end = held.owner().ended();
        if (end != null) {
            abandon(held, end);
        }
        return end != null;
    }

    /**
     * The grant's owner has ended. If it still holds the lock, the lock goes the way of its policy and everyone in the queue is
     * told. If it had only borrowed it, the loan goes back, and the lender is told instead: it is still inside. If it has lent it,
     * nothing happens before the loan is back.
     */
    void abandon(Grant grant, TaskEnd end) {
        Waiter left = grant.waiter;
        if (left != null && lot.remove(left)) {
            lot.unparkFirst();
        }
        if (cell != grant) {
            return;
        }
        Abandonment abandonment = describe(grant, end);
        Grant lender = grant.lender;
        if (lender != null) {
            lender.setPredecessor(abandonment);
            if (vacate(grant, new Cell.Free(abandonment))) {
                tell(abandonment, 0);
            }
            return;
        }
        Cell next = settings.onOwnerEnd() == OnOwnerEnd.POISON
                ? new Cell.Poisoned(abandonment)
                : new Cell.Free(abandonment);
        Throwable cause = end.failure();
        Waiter told;
        synchronized (lot) {
            if (!CELL.compareAndSet(this, grant, next)) {
                return;
            }
            told = lot.failAll(() -> new BrokenLockException(abandonment, cause));
        }
        tell(abandonment, lot.unpark(told));
    }

    private void tell(Abandonment abandonment, int waitersTold) {
        if (listener != null) {
            listener.abandoned(abandonment, waitersTold);
        }
    }

    private Abandonment describe(Grant grant, TaskEnd end) {
        String incident = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        BreakReason reason =
                end.cause() == TaskEnd.Cause.THREAD_DIED ? BreakReason.OWNER_THREAD_DIED : BreakReason.OWNER_ENDED;
        return new Abandonment(
                incident,
                id,
                grant.owner().info(),
                grant.since(),
                instantOf(ticker.nanos()),
                reason,
                settings.onOwnerEnd());
    }

    boolean repair() {
        if (!(cell instanceof Cell.Poisoned poisoned) || !CELL.compareAndSet(this, poisoned, Cell.Free.CLEAN)) {
            return false;
        }
        lot.unparkFirst();
        if (listener != null) {
            listener.repaired(id);
        }
        return true;
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
