package io.ownedlock.deadlock;

import io.ownedlock.park.Holding;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Resource;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A wait in a queue. */
final class Wait extends Arrival {

    final Waiter waiter;

    /** The same task's earlier wait, if a listener that was called out of it has waited in turn. */
    final @Nullable Wait outer;

    Wait(long number, Waiter waiter, Instant since, DeadlockPolicy policy, @Nullable Wait outer) {
        super(number, since, policy);
        this.waiter = waiter;
        this.outer = outer;
    }

    Task task() {
        return waiter.task();
    }

    /** Adds everything that has to happen, all of it, before this wait is over; nothing if it is over. */
    void addLinks(List<Link> links) {
        ParkingLot lot = waiter.lot();
        Resource resource = lot == null ? null : lot.resource();
        if (lot == null || resource == null) {
            return;
        }
        for (Holding holding : resource.inTheWayOf(waiter)) {
            links.add(new Link.HeldBy(this, lot, resource, holding));
        }
        Wait before = resource.isFair() ? lastBefore(lot) : null;
        if (before != null) {
            links.add(new Link.Behind(this, before, lot, resource));
        }
    }

    /**
     * The one next before this in the queue that does not leave it by itself either. Those further up are in its way too, so
     * they need not be looked at.
     */
    private @Nullable Wait lastBefore(ParkingLot lot) {
        List<Waiter> queue = lot.waiters();
        for (int i = queue.indexOf(waiter) - 1; i >= 0; i--) {
            Wait before = KnownWaits.of(queue.get(i).task());
            if (before != null && before.waiter == queue.get(i)) {
                return before;
            }
        }
        return null;
    }

    @Override
    boolean isRefusable() {
        return true;
    }

    @Override
    boolean refuse(Cycle cycle) {
        ParkingLot lot = waiter.lot();
        Resource resource = lot == null ? null : lot.resource();
        return lot != null && resource != null && lot.fail(waiter, () -> resource.deadlock(cycle.toString()));
    }
}
