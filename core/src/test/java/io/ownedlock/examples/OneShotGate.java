package io.ownedlock.examples;

import io.ownedlock.park.BrokenLotException;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.task.Task;

/** Closed until its opener opens it, once. If the opener ends first, everyone is told, instead of waiting for ever. */
public final class OneShotGate {

    private final ParkingLot lot;
    private boolean open; // guarded by the lot's monitor

    /** Makes a closed gate; the opener's end breaks it, and the registry's watchdog finds that if nobody tells. */
    public OneShotGate(LockRegistry registry, Task opener) {
        lot = registry.newLot();
        lot.addBreaker(opener);
    }

    /** Lets everyone through, those who come later as well; the opener may end then. */
    public void open() {
        synchronized (lot.monitor()) {
            open = true;
        }
        lot.unparkAll();
    }

    /** Goes through, and waits until it may; {@link BrokenLotException} if nobody will ever open. */
    public void pass() throws InterruptedException {
        lot.parkIf(() -> !open);
    }

    ParkingLot lot() {
        return lot;
    }
}
