package io.ownedlock.sync;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Headroom;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.time.Ticker;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What breaks a {@link LockCell}, and mends it: {@linkplain #abandon the owner has ended}. Its grant leaves the cell, once, for what the
 * policy says; under the monitor of the lot, so that who is in the queue at that moment is told, or inherits, and nobody else. An
 * owner that lives and is in everybody's way stays where it is, {@linkplain OwnershipLine#seal sealed}.
 *
 * <p>Between changing the cell and deciding the waiters nothing is made that could fail: what is told is made before. Waiters are woken
 * and listeners told outside of the monitor, in this order. The exceptions are made by the waiters themselves.
 */
final class LockBreaking {

    private final LockCell cell;
    private final LockSettings settings;
    private final Ticker ticker;
    private final @Nullable LockListener listener;

    LockBreaking(LockCell cell, LockSettings settings, LockEnvironment environment) {
        this.cell = cell;
        this.settings = settings;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
    }

    /** The owner is gone, if it is that; for the watchdog, which asks those who know it, too. */
    boolean abandonIfOwnerIsGone(Grant held) {
        return held.owner().endIfGone() && abandonEnded(held);
    }

    /** The end of a task comes to all its locks; this is for who is here before it, or after it failed. */
    boolean abandonEnded(Grant held) {
        TaskEnd end = held.owner().ended();
        if (end != null) {
            abandon(held, end);
        }
        return end != null;
    }

    /**
     * The grant's owner has ended. If it still holds the lock, the lock goes the way of its policy and everyone in the queue is
     * told. If a future was to bring it that was not told yet, nobody has been inside, and it goes on. If it had only borrowed it, the
     * loan goes back, and the lender is told instead: it is still inside. If it has lent it, nothing happens before the loan is back.
     */
    void abandon(Grant grant, TaskEnd end) {
        cell.queue().refuse(grant);
        cell.conditions().forgive(grant);
        if (grant.recall()) {
            cell.withdraw(grant);
            return;
        }
        if (cell.state() != grant) {
            return;
        }
        Grant survivor = grant.survivor();
        Instant now = cell.instantOf(ticker.nanos());
        Abandonment abandonment = grant.describe(BreakReason.of(end), now, settings.onOwnerEnd(), survivor);
        if (survivor == null) {
            abandon(grant, abandonment, end.failure());
        } else {
            giveBack(grant, survivor, abandonment);
        }
    }

    /** The lender knows before it has the lock back; and only then, since another may have closed the loan normally. */
    private void giveBack(Grant loan, Grant lender, Abandonment abandonment) {
        Headroom.require();
        synchronized (cell.queue().lot().monitor()) {
            Abandonment known = lender.predecessor();
            lender.setPredecessor(abandonment);
            if (!cell.giveBack(loan, lender)) {
                lender.setPredecessor(known);
                return;
            }
        }
        cell.moveOn(lender, abandonment);
        tell(abandonment, 0);
    }

    private void abandon(Grant grant, Abandonment abandonment, @Nullable Throwable cause) {
        Supplier<BrokenLockException> failure = () -> new BrokenLockException(abandonment, cause);
        Cell left = abandonment.policy() == OnOwnerEnd.POISON
                ? new Cell.Poisoned(abandonment, grant.token())
                : grant.left(abandonment);
        long now = ticker.nanos();
        Waiter heir;
        Waiter failed = null;
        ParkingLot lot = cell.queue().lot();
        Headroom.require();
        synchronized (lot.monitor()) {
            if (cell.state() != grant) {
                return;
            }
            cell.conditions().lineUp();
            heir = settings.onOwnerEnd() == OnOwnerEnd.HAND_OVER ? lot.first() : null;
            if (heir == null) {
                if (!cell.change(grant, left)) {
                    return;
                }
                failed = lot.failAll(failure);
            } else {
                if (!cell.inherit(grant, cell.queue().intent(heir), abandonment, now)) {
                    return;
                }
                lot.grant(heir);
            }
        }
        if (heir != null) {
            heir.wake();
            cell.queue().lookAtHome();
        }
        tell(abandonment, ParkingLot.wakeAll(failed));
    }

    private void tell(Abandonment abandonment, int waitersTold) {
        if (listener != null) {
            listener.abandoned(abandonment, waitersTold);
        }
    }

    /** Frees the lock if it is poisoned. */
    boolean repair() {
        if (!(cell.state() instanceof Cell.Poisoned poisoned)
                || !cell.change(poisoned, new Cell.Free(null, poisoned.token()))) {
            return false;
        }
        cell.queue().passOn();
        if (listener != null) {
            listener.repaired(cell.id());
        }
        return true;
    }
}
