package io.ownedlock.races.jcstress;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.TaskLock;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The state of a race that ends, or does not: one thread waits for as long as it takes, another does what must wake it, once. All
 * is as in production: the JVM's own parker, and the search for deadlocks. Nothing but the right wake-up ends the wait.
 *
 * <p>The one that waits has a head start, and is asleep before the signal. So every other time it stops first at a line, which
 * the signal opens, and both go on from there.
 */
abstract class Parked {

    final LockRegistry.Builder registry = LockRegistry.builder();
    private final boolean stops = ThreadLocalRandom.current().nextBoolean();
    private volatile boolean open;

    final TaskLock lock(LockSettings settings) {
        return registry.defaults(settings).build().obtain("race");
    }

    final void line() {
        for (int i = 0; stops && !open; i++) {
            Scene.pause(i);
        }
    }

    /** Opens the line, and lets the other one go ahead a little. */
    final void open() {
        open = true;
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = random.nextInt(1 << random.nextInt(12)); i > 0; i--) {
            Thread.onSpinWait();
        }
    }
}
