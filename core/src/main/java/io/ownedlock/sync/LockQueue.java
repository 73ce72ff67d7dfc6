package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Headroom;
import io.ownedlock.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a {@link LockCell}: threads and futures in one line. Each waiter brings the grant that it wants to see in the
 * cell. It takes its turn, or is given the lock, under the monitor of the lot, together with leaving the queue.
 */
final class LockQueue extends OwnershipLine<Grant> {

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
        for (Grant grant = held; grant != null && !isOpenTo(grant, waiter.task()); grant = grant.lender) {
            if (grant.isOpen()) {
                all.add(grant);
            }
        }
        return all;
    }

    @Override
    boolean isFair() {
        return settings.fair();
    }

    @Override
    List<Grant> inside() {
        return cell.inside();
    }

    @Override
    boolean hasLetGo(Grant grant) {
        return !grant.isOpen() && cell.state() != grant;
    }

    @Override
    boolean isAtHome(Task task) {
        if (!settings.reentrant()) {
            return false;
        }
        Grant grant = cell.state() instanceof Grant held ? held : null;
        while (grant != null && !(grant.isOpen() && grant.isFor(task))) {
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
                    && mayTake(seen, grant)
                    && (!settings.fair() || seen instanceof Grant || lot.first() == waiter)
                    && cell.replace(seen, grant, now)
                    && lot.remove(waiter);
        }
    }

    @Override
    Grant intent(Waiter waiter) {
        return (Grant) requireNonNull(waiter.request());
    }

    @Override
    boolean abandonTheDead() {
        return cell.abandonIfOwnerIsDead();
    }

    /** Some of those who wait for a condition are in line now, asleep. It may be free, if it is not its owner who says so. */
    void notified() {
        serve();
        if (Cell.brokenFor(null, cell.state()) != null) {
            sendAwayAll();
        }
    }

    /** Wakes nobody while the lock is held: who releases it will. */
    @Override
    void serve() {
        if (cell.state() instanceof Cell.Free) {
            passOn();
        } else {
            lookAtHome();
        }
    }

    @Override
    @Nullable Abandonment brokenFor(Waiter waiter) {
        return Cell.brokenFor(settings.reentrant() ? waiter.task() : null, cell.state());
    }

    /**
     * What is not re-entrant is not for those at home either: they wait for what a future has brought. Nor is anything for what is inside
     * still, and about to be given up for a condition.
     */
    private boolean mayTake(Cell seen, Grant grant) {
        return isOpenTo(seen, grant.owner()) && !cell.isInside(grant);
    }

    private boolean isOpenTo(Cell seen, Task task) {
        return seen instanceof Cell.Free || (settings.reentrant() && Cell.mayTake(seen, task));
    }

    /**
     * The lock may be free: whoever is first in line must know. It competes with newcomers, unless the lock is fair, or it is a
     * future and cannot: then it is given the lock here and now.
     */
    @Override
    public void passOn() {
        Waiter first = lot.first();
        if (first == null) {
            return;
        }
        Headroom.require();
        if (settings.fair() || first.thread() == null) {
            first = grant(seen -> lot.first());
        }
        if (first != null) {
            first.wake();
        }
        lookAtHome();
    }

    @Override
    @Nullable Waiter settleAtHome() {
        return grant(this::firstAtHome);
    }

    private @Nullable Waiter firstAtHome(Cell seen) {
        return seen instanceof Grant ? lot.first(waiter -> mayTake(seen, intent(waiter))) : null;
    }

    /** Gives the lock to one of those in line, chosen under the monitor; {@code null} if it is not to be had, or there is none. */
    private @Nullable Waiter grant(Function<Cell, @Nullable Waiter> choice) {
        long now = ticker.nanos();
        synchronized (lot.monitor()) {
            Cell seen = cell.state();
            Waiter chosen = choice.apply(seen);
            return chosen != null
                            && mayTake(seen, intent(chosen))
                            && cell.replace(seen, intent(chosen), now)
                            && lot.grant(chosen)
                    ? chosen
                    : null;
        }
    }

    /**
     * Takes the lock again for one who had waited for something else, and is in line now.
     *
     * @throws LockNotAcquiredException if that failed
     */
    void resume(Waiter waiter, Patience patience) {
        joined(waiter);
        try {
            waits.await(waiter, this, patience);
        } catch (InterruptedException e) {
            throw new AssertionError("Not interruptible", e);
        }
        lookAtHome();
    }

    @Override
    public String toString() {
        return cell.toString();
    }
}
