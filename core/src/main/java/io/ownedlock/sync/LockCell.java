package io.ownedlock.sync;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Headroom;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The engine of a {@link TaskLock}: how its {@linkplain LockWord word} is taken and given back. Who waits for it is in
 * {@link LockQueue}, what breaks it in {@link LockBreaking}, who has given it up for a wait in {@link LockConditions}.
 *
 * <p>The races, and what decides each:
 *
 * <ul>
 *   <li><em>acquire against acquire, release against break, repair against anything</em>: the compare-and-set of the word.
 *   <li><em>acquire against the end of the acquiring task</em>: the grant is the task's hook before it is tried
 *       ({@link Task#add}), and the task's state is read after it is in the cell ({@link OwnershipLine#confirm}). Either the end sees the hook
 *       or the acquirer sees the end.
 *   <li><em>release against park</em>: see {@link ParkingLot}. A released lock wakes the first in the queue, which competes with
 *       newcomers. Who leaves the queue without the lock wakes the next, so a wake-up is never lost with its receiver.
 *   <li><em>break against park</em>: both under the lot's monitor. Who is in the queue fails, even if the lock is free before it
 *       has woken up; who comes later sees the new state.
 *   <li><em>break, time-out and interrupt of one waiter</em>: who takes it out of the queue decides.
 * </ul>
 */
final class LockCell extends LockWord {

    private final LockId id;
    private final LockSettings settings;
    private final Ticker ticker;
    private final @Nullable LockListener listener;
    private final LockQueue queue;
    private final LockBreaking breaking;
    private final LockConditions conditions;

    /** The lock that this is the engine of. Whoever holds it, or waits, keeps the lock from being collected and made anew. */
    @Nullable TaskLock face;

    LockCell(LockId id, LockSettings settings, LockEnvironment environment) {
        this.id = id;
        this.settings = settings;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
        this.queue = new LockQueue(this, settings, environment);
        this.breaking = new LockBreaking(this, settings, environment);
        this.conditions = new LockConditions(this);
    }

    LockId id() {
        return id;
    }

    LockSettings settings() {
        return settings;
    }

    LockQueue queue() {
        return queue;
    }

    LockBreaking breaking() {
        return breaking;
    }

    LockConditions conditions() {
        return conditions;
    }

    /** For people, who do not read nanoseconds. */
    Instant instantOf(long nanos) {
        return ticker.instantOf(nanos);
    }

    /**
     * Takes the lock.
     *
     * @return {@code null} if time ran out
     * @throws InterruptedException only if the patience is interruptible
     */
    @Nullable Grant take(long grip, Patience patience) throws InterruptedException {
        if (patience.interruptible() && Thread.interrupted()) {
            throw new InterruptedException();
        }
        Task task = Task.current();
        if (state() instanceof Grant held && held.owner() == task && addGrip(held, grip)) {
            return held;
        }
        Grant grant = new Grant(this, task, grip);
        task.add(grant);
        boolean taken = false;
        try {
            if (claim(grant)) {
                queue.confirm(grant, 0);
                taken = true;
            } else if (patience.waits()) {
                taken = queue.await(grant, patience);
            }
        } finally {
            if (!taken) {
                withdraw(grant);
            }
        }
        return taken ? grant : null;
    }

    private boolean addGrip(Grant held, long grip) {
        if (!settings.reentrant()) {
            requireLetGo(held);
            return false;
        }
        return held.addGrip(grip);
    }

    private void requireLetGo(Grant held) {
        if (held.isOpen()) {
            throw new IllegalMonitorStateException(
                    "Lock " + id + " is not re-entrant, and " + held.owner() + " holds it already");
        }
    }

    /** Takes the lock if nobody is in the way. */
    private boolean claim(Grant grant) {
        for (; ; ) {
            Cell seen = state();
            Abandonment broken = Cell.brokenFor(grant.owner(), seen);
            if (broken != null) {
                throw Listeners.told(listener, id, new BrokenLockException(broken, null), 0);
            }
            if (!Cell.mayTake(seen, grant.owner())) {
                if (!abandonIfOwnerIsDead()) {
                    return false;
                }
            } else if (seen instanceof Grant lender) {
                if (!settings.reentrant()) {
                    requireLetGo(lender);
                    return false;
                }
                if (borrow(lender, grant)) {
                    return true;
                }
            } else if (settings.fair() && !queue.lot().isEmpty()) {
                return false;
            } else if (replace(seen, grant, ticker.nanos())) {
                return true;
            }
        }
    }

    /** Under the monitor: a lender is the same object before and after a loan to somebody else, and the next one is to have a new token. */
    private boolean borrow(Grant lender, Grant grant) {
        long now = ticker.nanos();
        synchronized (queue.lot().monitor()) {
            return state() == lender && replace(lender, grant, now);
        }
    }

    /**
     * Takes the lock for the current task, and does not wait for it here.
     *
     * @return what completes with the grip when the task has got the lock, and exceptionally when it will not get it
     */
    CompletableFuture<Hold> takeAsync(Patience patience) {
        Task task = Task.current();
        if (state() instanceof Grant held && held.owner() == task && addGrip(held, Grant.HOLD_BY_FUTURE)) {
            return CompletableFuture.completedFuture(new GrantHold(held, Grant.HOLD_BY_FUTURE));
        }
        Grant grant = new Grant(this, task, Grant.HOLD_BY_FUTURE);
        task.add(grant);
        try {
            if (claim(grant)) {
                queue.confirm(grant, 0);
                return CompletableFuture.completedFuture(new GrantHold(grant, Grant.HOLD_BY_FUTURE));
            }
            return queue.awaitAsync(grant, patience);
        } catch (RuntimeException | Error e) {
            withdraw(grant);
            throw e;
        }
    }

    /** The last grip of this grant was taken off. */
    void release(Grant grant) {
        if (grant.waiter != null && grant.owner().inside() == Thread.currentThread()) {
            // Struck down as it was to give the lock up for a condition, and in line for that still.
            queue.drop(grant);
        }
        boolean given = vacate(grant, null);
        grant.owner().remove(grant);
        if (given && listener != null) {
            listener.released(id, ticker.nanos() - grant.sinceNanos);
        }
    }

    /** Takes back one {@code lock()} of the task, or of what it owes; {@code false} if there is none. */
    boolean unlock(Task task) {
        // What a future has brought it since stands on top, and is not to be unlocked.
        for (Grant grant = state() instanceof Grant top ? top : null; grant != null; grant = grant.lender) {
            if (grant.owner() == task && grant.unlock()) {
                return true;
            }
        }
        return conditions.pay(task);
    }

    /** Puts back what an acquisition had replaced that is not finished, or suspended. */
    boolean undo(Grant grant) {
        return state() == grant && vacate(grant, grant.predecessor());
    }

    /**
     * The task did not get the lock, or cannot make use of it.
     *
     * @return whether it had it all the same
     */
    boolean withdraw(Grant grant) {
        queue.drop(grant);
        grant.forsake();
        boolean had = undo(grant);
        grant.owner().remove(grant);
        return had;
    }

    /**
     * Takes the grant out of the word, and wakes who is next. A loan goes back to its lender, who may have died in the meantime, or to
     * that one's if it has let go.
     *
     * @param left whom the next owner is to know of, if the lock is free then
     */
    boolean vacate(Grant grant, @Nullable Abandonment left) {
        Grant lender = grant.openLender();
        if (lender != null || !queue.lot().isEmpty()) {
            Headroom.require();
        }
        boolean out = lender == null ? change(grant, grant.left(left)) : giveBack(grant, lender);
        if (out) {
            moveOn(lender, left);
        }
        return out;
    }

    /** A grant is out of the word. */
    void moveOn(@Nullable Grant lender, @Nullable Abandonment left) {
        if (lender != null && !lender.isOpen()) {
            vacate(lender, left);
        } else {
            abandonIfOwnerIsDead();
        }
        queue.passOn();
    }

    /**
     * Looks at the owner, since nobody may ever tell of its death.
     *
     * @return whether it was dead: the cell has changed then
     */
    boolean abandonIfOwnerIsDead() {
        return state() instanceof Grant held && held.owner().endIfDead() && breaking.abandonEnded(held);
    }

    WaitTooLongException tooLong(Patience patience) {
        return state() instanceof Grant held
                ? new WaitTooLongException(id, patience.time(), held.owner().info(), held.since(), held.site())
                : new WaitTooLongException(id, patience.time(), null, null);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
