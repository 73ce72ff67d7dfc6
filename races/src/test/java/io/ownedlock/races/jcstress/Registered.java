package io.ownedlock.races.jcstress;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.watchdog.Guard;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A registry that knows one lock, or none. The lock it knows is let go of, and garbage: whether it has been collected when the
 * actors come is up to the garbage collector, which passes in the middle of many a run through the states.
 */
abstract class Registered extends Scene {

    final LockRegistry registry =
            LockRegistry.builder().parker(sleep).gate(sleep).build();
    private final List<Guard> guards = registry.guards();
    private final WeakReference<TaskLock> known;

    Registered() {
        if (ThreadLocalRandom.current().nextInt(4) == 0) {
            known = null;
        } else {
            known = new WeakReference<>(registry.obtain("order", 42));
            twoRounds();
        }
    }

    /** After which the registry keeps no idle lock alive. */
    final void twoRounds() {
        guards.forEach(Guard::inspect);
        guards.forEach(Guard::inspect);
    }

    /** Where the lock comes from that has been obtained. */
    final String past(TaskLock obtained) {
        if (known == null) {
            return "new";
        }
        TaskLock alive = known.get();
        return alive == null ? "collected" : alive == obtained ? "known" : "made twice";
    }
}
