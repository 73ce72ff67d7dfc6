package io.ownedlock.sync;

import io.ownedlock.park.Holding;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Resource;
import io.ownedlock.park.Waiter;
import io.ownedlock.time.Ticker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for one primitive, threads and futures in one line. Whose turn it is, and who is in whose way, each primitive says itself;
 * here is what does not depend on that.
 */
abstract class Line implements Resource, Turn {

    final LockSettings settings;
    final Ticker ticker;
    final @Nullable LockListener listener;
    final ParkingLot lot;
    final Waits waits;
    private final LockId id;

    Line(LockId id, LockSettings settings, LockEnvironment environment) {
        this.id = id;
        this.settings = settings;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
        this.lot = new ParkingLot(ticker, environment.parker(), this);
        this.waits = new Waits(id, lot, environment);
    }

    final ParkingLot lot() {
        return lot;
    }

    /** For a watchdog. */
    final void inspectWaiters() {
        waits.inspect(this);
        // An error may have kept somebody from doing so.
        sendAwayAll();
        serve();
    }

    /** Lets in who can come in now. */
    void serve() {
        passOn();
    }

    /** Fails all who are in line and are not to wait. */
    final void sendAwayAll() {
        lot.waiters().forEach(this::sendAway);
    }

    /** Ends the waiting of one task, since somebody in charge said so. */
    final boolean cancel(long taskId) {
        return waits.cancel(taskId, this);
    }

    /**
     * Fails all who are in line and cannot be served, if nobody may wait any more: because of who holds the primitive, if its holders
     * are known to be in the way.
     *
     * @return whether nobody may
     */
    final boolean turnWaitersAway() {
        if (!waits.isOver()) {
            return false;
        }
        for (Waiter waiter : lot.waiters()) {
            // Whoever has gone since, failed by the seal for one, is not to be looked at again.
            if (lot.contains(waiter)) {
                sealHolders();
                if (!sendAway(waiter)) {
                    waits.turnAway(waiter, this::holders);
                }
            }
        }
        return true;
    }

    /** Lets nobody wait for those who hold the primitive now; nothing where nobody waits for anyone in particular. */
    void sealHolders() {}

    /** Fails a waiter that is not to wait, because of what has become of the primitive or who holds it. */
    boolean sendAway(Waiter waiter) {
        return false;
    }

    /** Who holds the primitive, for people. */
    List<? extends Holding> holders() {
        return holdings();
    }

    @Override
    public final int maxWaiters() {
        return settings.maxWaiters();
    }

    @Override
    public final RuntimeException noRoom() {
        return waits.noRoom(maxWaiters(), holders());
    }

    @Override
    public final RuntimeException deadlock(String cycle) {
        return new DeadlockException(id, cycle);
    }

    @Override
    public final void deadlockWarned(String cycle) {
        if (listener != null) {
            listener.deadlockWarned(id, cycle);
        }
    }

    @Override
    public final String name() {
        return id.name();
    }

    @Override
    public final @Nullable String key() {
        return id.key();
    }
}
