package io.ownedlock.registry;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lots of users' own primitives, for as long as anybody has them: whoever parks in one does, and a breaker has it in its list
 * of what to do at its end.
 */
final class Lots {

    private final Set<WeakReference<ParkingLot>> lots = ConcurrentHashMap.newKeySet();
    private final ReferenceQueue<ParkingLot> collected = new ReferenceQueue<>();

    /** Who breaks all lots, those made later too; {@code null} as long as nobody does. */
    private volatile @Nullable Task breaker;

    void add(ParkingLot lot) {
        forgetCollected();
        lots.add(new WeakReference<>(lot, collected));
        Task breaksAll = breaker;
        if (breaksAll != null) {
            lot.breakLot(breaksAll);
        }
    }

    void inspectBreakers() {
        forEach(lot -> {
            lot.inspectBreakers();
            lot.inspectWaiters();
        });
    }

    /** Once: nobody parks in any lot any more. One that is added meanwhile may be broken twice. */
    void breakAll(Task culprit) {
        breaker = culprit;
        forEach(lot -> lot.breakLot(culprit));
    }

    private void forEach(Consumer<ParkingLot> action) {
        forgetCollected();
        for (WeakReference<ParkingLot> reference : lots) {
            ParkingLot lot = reference.get();
            if (lot != null) {
                action.accept(lot);
            }
        }
    }

    private void forgetCollected() {
        for (Reference<? extends ParkingLot> gone = collected.poll(); gone != null; gone = collected.poll()) {
            lots.remove(gone);
        }
    }
}
