package io.ownedlock.sync;

import io.ownedlock.park.Gate;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Headroom;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import java.lang.invoke.VarHandle;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * A condition of a {@link TaskLock}. Waiting gives the lock up, however often it was taken, and takes it again before it returns;
 * notified waiters line up for the lock, first come, first served.
 *
 * <p><b>When an owner ends</b> and still holds the lock, those who wait here fail like those who wait for the lock, notified or
 * not: whoever was to notify them may be the one that died. Where the lock is handed over instead, they line up for it as if they
 * had been woken for no reason.
 *
 * <p><b>If the lock cannot be taken again</b>, because it was broken, waiting would never end, or the waiting task is ending, the
 * wait throws and the lock is <em>not</em> held. The {@code unlock()} calls that are on their way in {@code finally} blocks, as many as
 * the lock had been taken, are absorbed and hide nothing. An interrupt that was to end the wait is kept. A notification whose
 * receiver fails so, without the lock being broken, goes to the next; if the lock is sealed, who is notified fails like everybody who is to
 * wait for its owner.
 *
 * <p><b>When a waiter is interrupted or runs out of time</b> it lines up for the lock and returns when it has it; if it was notified
 * before that, it was notified, and the interrupt is kept.
 *
 * <p><b>When the application shuts down</b>, waits go on until {@link Shutdown} begins, as those for the lock do: see {@link Primitive}.
 * Then they fail with a {@link LockRefusedException}, and the lock is not held.
 *
 * <p>A lock that a nested task has borrowed, or that a future has brought to the same task, cannot be given up by waiting: somebody else
 * may be at work there. That throws an {@link IllegalMonitorStateException}, as does every method if the current task does not hold
 * the lock.
 */
public final class TaskCondition implements Condition {

    private static final Patience UNTIL_IT_IS_OURS = Patience.configured(null, false);

    private final LockCell cell;
    private final ParkingLot line;
    private final ParkingLot waiting;
    private final Ticker ticker;

    TaskCondition(LockCell cell, Ticker ticker) {
        this.cell = cell;
        this.ticker = ticker;
        this.line = cell.queue().lot();
        this.waiting = line.sibling();
    }

    /**
     * Waits until notified.
     *
     * @throws InterruptedException if the thread is or was interrupted before it was notified; the lock is held again
     * @throws LockNotAcquiredException if the lock could not be taken again; it is not held
     */
    @Override
    public void await() throws InterruptedException {
        sleep(UNTIL_IT_IS_OURS.nanos(), true);
    }

    /**
     * Waits until notified, interrupted or not.
     *
     * @throws LockNotAcquiredException if the lock could not be taken again; it is not held
     */
    @Override
    public void awaitUninterruptibly() {
        try {
            sleep(UNTIL_IT_IS_OURS.nanos(), false);
        } catch (InterruptedException e) {
            throw new AssertionError("Not interruptible", e);
        }
    }

    /** Like {@link #await()}, and at most for a time; returns how much of it is left, zero or less if it ran out. */
    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
        long deadline = ticker.nanos() + nanos;
        sleep(nanos, true);
        return deadline - ticker.nanos();
    }

    /** Like {@link #await()}, and at most for a time; returns whether it was notified before that ran out. */
    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return sleep(unit.toNanos(time), true);
    }

    /** Like {@link #await()}, and at most until then, by the wall clock as it is now; returns whether it was notified before. */
    @Override
    @SuppressWarnings("JavaUtilDate") // the interface's
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        return sleep(
                TimeUnit.MILLISECONDS.toNanos(deadline.getTime() - ticker.now().toEpochMilli()), true);
    }

    /** Lets the one that has waited longest line up for the lock. */
    @Override
    public void signal() {
        requireOwner();
        notifyNext();
    }

    /** Lets everyone who waits line up for the lock. */
    @Override
    public void signalAll() {
        requireOwner();
        lineUp();
        cell.queue().notified();
    }

    /** How many wait to be notified. */
    public int waiting() {
        return waiting.size();
    }

    private Grant requireOwner() {
        Task task = Task.current();
        Grant grant = cell.grantOf(task);
        if (grant == null) {
            throw new IllegalMonitorStateException(task + " does not hold " + cell);
        }
        return grant;
    }

    private void notifyNext() {
        if (notifyFirst()) {
            cell.queue().notified();
        }
    }

    private boolean notifyFirst() {
        synchronized (waiting.monitor()) {
            // One that is inside still has yet to give the lock up, and waits for nothing before.
            Waiter first = waiting.first(waiter -> !cell.isInside(cell.queue().intent(waiter)));
            if (first == null) {
                return false;
            }
            cell.queue().joined(first);
            Grant grant = cell.queue().intent(first);
            grant.notified = true;
            boolean moved = false;
            try {
                moved = waiting.move(first, line);
            } finally {
                grant.notified = moved;
            }
            return moved;
        }
    }

    /** Everyone who waits lines up for the lock. */
    void lineUp() {
        synchronized (waiting.monitor()) {
            while (notifyFirst()) {}
        }
    }

    /** @return whether it was notified, and not just out of time */
    private boolean sleep(long nanos, boolean interruptible) throws InterruptedException {
        if (interruptible && Thread.interrupted()) {
            throw new InterruptedException();
        }
        Grant grant = requireOwner();
        if (grant != cell.state() || grant.openLender() != null || grant.isAlsoByFuture()) {
            throw notAlone(grant);
        }
        Headroom.require();
        Waiter waiter = join(grant);
        Wait wait = new Wait(waiter, new Patience(nanos, interruptible, true));
        try {
            untilBack(grant, waiter, wait);
            requireOpen(grant);
            wait.throwIfInterrupted();
            return grant.notified;
        } finally {
            wait.keepInterrupt();
        }
    }

    /** From here on it can be notified as soon as it has given the lock up. */
    Waiter join(Grant grant) {
        if (grant.waiter != null) {
            // An error has kept it from sleeping before.
            cell.queue().drop(grant);
            passOn(grant);
        }
        grant.notified = false;
        Waiter waiter = waiting.join(grant.owner(), grant, false);
        grant.waiter = waiter;
        return waiter;
    }

    /** After a wait, or when there was none after all: somebody else may have closed the last hold meanwhile. */
    private void requireOpen(Grant grant) {
        if (!grant.isOpen()) {
            if (cell.withdraw(grant)) {
                cell.queue().waits.tellReleased(grant);
            }
            passOn(grant);
            throw new IllegalMonitorStateException("The hold of " + cell + " was closed while its owner, "
                    + grant.owner() + ", waited for a condition");
        }
    }

    private IllegalMonitorStateException notAlone(Grant grant) {
        return new IllegalMonitorStateException(grant.owner() + " has only a loan of lock " + cell
                + ", or has lent it, or a future has brought it too, so it cannot give it up to wait for a condition");
    }

    /** Gives the lock up, and comes back with it. */
    private void untilBack(Grant grant, Waiter waiter, Wait wait) {
        try {
            if (!cell.conditions().suspend(grant, this)) {
                cell.queue().drop(grant);
                requireOpen(grant);
                throw notAlone(grant);
            }
            VarHandle.fullFence();
            untilInLine(wait);
            cell.queue().resume(waiter, UNTIL_IT_IS_OURS);
        } catch (LockNotAcquiredException e) {
            try {
                cell.conditions().owe(grant);
            } finally {
                if (!hasBrokenAll(e)) {
                    passOn(grant);
                }
            }
            throw e;
        } catch (Error e) {
            // Out of memory or stack on the way: it neither keeps a place that it will not come back for, nor a
            // notification.
            try {
                cell.queue().drop(grant);
            } finally {
                try {
                    if (!cell.isInside(grant)) {
                        cell.conditions().owe(grant);
                    }
                } finally {
                    passOn(grant);
                }
            }
            throw e;
        } finally {
            if (waiter.lot() == null) {
                grant.waiter = null;
            }
            cell.conditions().resumed(this);
        }
    }

    /** Whoever was notified and cannot make use of it is as good as never there. */
    private void passOn(Grant grant) {
        if (grant.notified) {
            notifyNext();
        }
    }

    /** Whether those who wait to be notified were failed as well: not by a seal, which is for those in line. */
    private static boolean hasBrokenAll(LockNotAcquiredException e) {
        return e instanceof BrokenLockException broken
                && !broken.abandonment().reason().isOwnerInside();
    }

    /** It may be put in line for the lock, and stay there, long before it wakes up: so who looks for cycles must know of it. */
    private void untilInLine(Wait wait) {
        Gate gate = cell.queue().gate();
        try {
            gate.entered(wait.waiter);
            wait.untilInLine();
        } finally {
            gate.left(wait.waiter);
        }
    }

    void inspectWaiters() {
        waiting.inspectWaiters();
    }

    void turnWaitersAway() {
        waiting.waiters().forEach(cell.queue()::turnAway);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** One wait, until the waiter is in line for the lock: because it was notified, or has given up, or fails there. */
    private final class Wait {

        private final Waiter waiter;
        private final Patience patience;
        private final long deadline;
        private boolean interrupted;
        private boolean gaveUpInterrupted;

        Wait(Waiter waiter, Patience patience) {
            this.waiter = waiter;
            this.patience = patience;
            this.deadline = waiter.deadline(patience.nanos());
        }

        void untilInLine() {
            while (waiting.contains(waiter) && !cell.queue().turnAway(waiter)) {
                if (!waiter.task().isActive()) {
                    cell.queue().refuse(cell.queue().intent(waiter));
                } else if (interrupted && patience.interruptible()) {
                    gaveUpInterrupted = waiting.move(waiter, line);
                } else if (deadline != Patience.FOR_EVER && ticker.nanos() - deadline >= 0) {
                    waiting.move(waiter, line);
                } else {
                    waiting.park(deadline);
                    interrupted |= Thread.interrupted();
                }
            }
        }

        void throwIfInterrupted() throws InterruptedException {
            if (gaveUpInterrupted) {
                interrupted = false;
                throw new InterruptedException();
            }
        }

        /** Whatever else is thrown hides no interrupt. */
        void keepInterrupt() {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
