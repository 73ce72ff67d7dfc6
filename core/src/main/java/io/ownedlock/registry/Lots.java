package io.ownedlock.registry;

import io.ownedlock.park.ParkingLot;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The lots of users' own primitives, for as long as anybody has them: whoever parks in one does, and a breaker has it in its list
 * of what to do at its end.
 */
final class Lots {

    private final Set<WeakReference<ParkingLot>> lots = ConcurrentHashMap.newKeySet();
    private final ReferenceQueue<ParkingLot> collected = new ReferenceQueue<>();

    void add(ParkingLot lot) {
        forgetCollected();
        lots.add(new WeakReference<>(lot, collected));
    }

    void inspectBreakers() {
        forgetCollected();
        for (WeakReference<ParkingLot> reference : lots) {
            ParkingLot lot = reference.get();
            if (lot != null) {
                lot.inspectBreakers();
                lot.inspectWaiters();
            }
        }
    }

    private void forgetCollected() {
        for (Reference<? extends ParkingLot> gone = collected.poll(); gone != null; gone = collected.poll()) {
            lots.remove(gone);
        }
    }
}
