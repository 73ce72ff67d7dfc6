package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Headroom;
import io.ownedlock.task.Task;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a {@link LockCell}: threads and futures in one line. Each waiter brings the grant that it wants to see in the
 * cell. It takes its turn, or is given the lock, under the monitor of the lot, together with leaving the queue.
 */
final class LockQueue extends Line {

    private final LockCell cell;
    private final Gate gate;

    LockQueue(LockCell cell, LockSettings settings, LockEnvironment environment) {
        super(cell.id(), settings, environment);
        this.cell = cell;
        this.gate = environment.gate();
    }

    /** Fails one that waits for a condition, if nobody may wait any more. */
    boolean turnAway(Waiter waiter) {
        return waits.isOver() && waits.turnAway(waiter, this::holdings);
    }

    @Override
    void sealHolders() {
        if (cell.state() instanceof Grant held) {
            cell.breaking().seal(held, BreakReason.SHUTDOWN);
        }
    }

    Gate gate() {
        return gate;
    }

    /** A lender is no less in the way than the one it lent to, but gets on before the lock is anybody else's. */
    @Override
    public List<Grant> holdings() {
        return cell.state() instanceof Grant held ? List.of(held) : List.of();
    }

    /** Lenders too, since the loan may be back before they are. */
    @Override
    public List<Grant> inTheWayOf(Waiter waiter) {
        Grant held = cell.state() instanceof Grant top ? top : null;
        List<Grant> all = new ArrayList<>(1);
        for (Grant grant = held; grant != null && !Cell.mayTake(grant, waiter.task()); grant = grant.lender) {
            if (grant.isOpen()) {
                all.add(grant);
            }
        }
        return all;
    }

    @Override
    public boolean isFair() {
        return settings.fair();
    }

    boolean await(Grant grant, Patience patience) throws InterruptedException {
        Waiter waiter = lot.join(grant.owner(), grant, isAtHome(grant.owner()));
        grant.waiter = waiter;
        boolean taken;
        try {
            if (listener != null) {
                listener.contended(cell.id());
            }
            // Pairs with the fence of the task's end: either the end finds this waiter, or this waiter finds the end.
            VarHandle.fullFence();
            taken = waits.await(waiter, this, patience);
        } finally {
            if (!lot.contains(waiter)) {
                grant.waiter = null;
            }
        }
        if (taken) {
            cell.confirm(grant, ticker.nanos() - waiter.sinceNanos());
        }
        return taken;
    }

    CompletableFuture<Hold> awaitAsync(Grant grant, Patience patience) {
        CompletableFuture<Hold> future = waits.awaitAsync(grant, isAtHome(grant.owner()), this, patience);
        serveThoseAtHome();
        return future;
    }

    /** Whether the task comes before outsiders: the lock is held for it, and only lent to somebody else at the moment. */
    private boolean isAtHome(Task task) {
        Grant grant = cell.state() instanceof Grant held ? held : null;
        while (grant != null && grant.owner() != task && !task.isNestedIn(grant.owner())) {
            grant = grant.lender;
        }
        return grant != null;
    }

    /** A waiter that was failed is not in the queue, and never gets the lock; in a fair one, none but the first does, or one at home. */
    @Override
    public boolean claim(Waiter waiter) {
        Grant grant = intent(waiter);
        long now = ticker.nanos();
        synchronized (lot.monitor()) {
            Cell seen = cell.state();
            return lot.contains(waiter)
                    && Cell.mayTake(seen, grant.owner())
                    && (!settings.fair() || seen instanceof Grant || lot.first() == waiter)
                    && cell.replace(seen, grant, now)
                    && lot.remove(waiter);
        }
    }

    static Grant intent(Waiter waiter) {
        return (Grant) requireNonNull(waiter.request());
    }

    @Override
    public boolean look(Waiter waiter) {
        if (sendAway(waiter)) {
            return true;
        }
        Grant grant = intent(waiter);
        if (!grant.owner().isActive()) {
            return lot.fail(waiter, () -> cell.refusal(grant));
        }
        return turnWaitersAway() || cell.abandonIfOwnerIsDead();
    }

    /** Because the lock is poisoned, or its owner sealed. */
    @Override
    boolean sendAway(Waiter waiter) {
        Abandonment broken = Cell.brokenFor(waiter.task(), cell.state());
        return broken != null && lot.fail(waiter, () -> new BrokenLockException(broken, null));
    }

    /**
     * The lock may be free: whoever is first in line must know. It competes with newcomers, unless the lock is fair, or it is a
     * future and cannot: then it is given the lock here and now.
     */
    @Override
    public void passOn() {
        Waiter first = lot.first();
        if (first != null) {
            Headroom.require();
        }
        if (first != null && (settings.fair() || first.thread() == null)) {
            first = grant(seen -> lot.first());
        }
        if (first != null) {
            first.wake();
            if (first.isGranted()) {
                serveThoseAtHome();
            }
        }
    }

    /**
     * The lock may have come to a task whose thread is elsewhere, by a future: that task, or one nested in it, may itself be in line,
     * with its thread or with other futures, and need not wait for itself.
     */
    void serveThoseAtHome() {
        if (lot.isEmpty()) {
            return;
        }
        Headroom.require();
        for (Waiter next = grant(this::firstAtHome); next != null; next = grant(this::firstAtHome)) {
            next.wake();
        }
    }

    private @Nullable Waiter firstAtHome(Cell seen) {
        return seen instanceof Grant ? lot.first(waiter -> Cell.mayTake(seen, waiter.task())) : null;
    }

    /** Gives the lock to one of those in line, chosen under the monitor; {@code null} if it is not to be had, or there is none. */
    private @Nullable Waiter grant(Function<Cell, @Nullable Waiter> choice) {
        long now = ticker.nanos();
        synchronized (lot.monitor()) {
            Cell seen = cell.state();
            Waiter chosen = choice.apply(seen);
            return chosen != null
                            && Cell.mayTake(seen, chosen.task())
                            && cell.replace(seen, intent(chosen), now)
                            && lot.grant(chosen)
                    ? chosen
                    : null;
        }
    }

    /** Whatever has happened to its thread, this intent waits no longer. */
    void drop(Grant grant) {
        Waiter waiter = grant.waiter;
        if (waiter != null && waiter.leave()) {
            passOn();
        }
    }

    /** The task of this intent is ending: if it waits, it waits no longer. */
    void refuse(Grant grant) {
        Waiter waiter = grant.waiter;
        if (waiter != null) {
            waits.fail(waiter, this, () -> cell.refusal(grant));
        }
    }

    /**
     * Takes the lock again for one who had waited for something else, and is in line now.
     *
     * @throws LockNotAcquiredException if that failed
     */
    void resume(Waiter waiter, Patience patience) {
        try {
            waits.await(waiter, this, patience);
        } catch (InterruptedException e) {
            throw new AssertionError("Not interruptible", e);
        }
    }

    @Override
    public String toString() {
        return cell.toString();
    }
}
