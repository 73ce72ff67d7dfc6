package io.ownedlock.deadlock;

import io.ownedlock.park.Holding;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Resource;
import io.ownedlock.park.Waiter;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A wait in a queue: of a thread, or of a future for which its task has declared to wait. */
final class Wait extends Arrival {

    final Waiter waiter;

    Wait(Waiter waiter, Instant since, DeadlockPolicy policy) {
        super(waiter.task(), since, policy);
        this.waiter = waiter;
    }

    /** A task that is told to end waits no longer, though it may not know yet. */
    @Override
    boolean isOver() {
        return super.isOver() || waiter.lot() == null || !waiter.task().isActive();
    }

    @Override
    boolean isDeclared() {
        return waiter.thread() == null;
    }

    @Override
    void addLinks(List<Link> links) {
        ParkingLot lot = waiter.lot();
        Resource resource = lot == null ? null : lot.resource();
        if (lot == null || resource == null || isOver()) {
            return;
        }
        for (Holding holding : resource.inTheWayOf(waiter)) {
            if (!holding.isByFuture()) {
                links.add(new Link.HeldBy(this, lot, resource, holding));
            }
        }
        Wait before = resource.isFairTo(waiter) ? lastBefore(lot) : null;
        if (before != null) {
            links.add(new Link.Behind(this, before, lot, resource));
        }
    }

    /**
     * The one next before this in the queue that does not leave it by itself either. Those further up are in its way too, so
     * they need not be looked at. Under the monitor, so that nobody leaves between one step and the next.
     */
    private @Nullable Wait lastBefore(ParkingLot lot) {
        synchronized (lot.monitor()) {
            for (Waiter next = lot.before(waiter); next != null; next = lot.before(next)) {
                Wait before = KnownWaits.of(next);
                if (before != null) {
                    return before;
                }
            }
        }
        return null;
    }

    boolean standsIn(ParkingLot lot) {
        return !isOver() && lot.contains(waiter);
    }

    @Override
    boolean isRefusable() {
        return true;
    }

    @Override
    boolean refuse(Cycle cycle) {
        ParkingLot lot = waiter.lot();
        Resource resource = lot == null ? null : lot.resource();
        return lot != null && resource != null && lot.failAsleep(waiter, () -> resource.deadlock(cycle.toString()));
    }

    @Override
    void wake() {
        waiter.wake();
    }

    @Override
    void warnOf(Cycle cycle) {
        ParkingLot lot = waiter.lot();
        Resource resource = lot == null ? null : lot.resource();
        if (resource != null) {
            resource.deadlockWarned(cycle.toString());
        }
    }
}
