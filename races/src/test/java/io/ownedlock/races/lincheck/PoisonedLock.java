package io.ownedlock.races.lincheck;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/** A lock that is poisoned by the end of its owner: whoever waits then is told, and whoever comes, until somebody has repaired it. */
public class PoisonedLock extends Stage {

    private final TaskLock lock =
            TaskLock.create(ID, LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON), environment());
    private int count;

    @Operation
    public String enter() {
        return unlessBroken(() -> {
            try (Hold hold = lock.acquire()) {
                return "ENTERED " + count++;
            }
        });
    }

    /** Ends while it owns the lock. */
    @Operation
    public String die() {
        return unlessBroken(() -> {
            lock.lock();
            return "DIED " + count++;
        });
    }

    /** Waits for a moment only, and passes a wake-up on that it cannot use. */
    @Operation
    public void glance() {
        unlessBroken(() -> {
            try (Hold hold = lock.tryAcquire(MOMENT)) {
                return hold == null ? "MISSED" : "SEEN";
            }
        });
    }

    @Operation
    public boolean repair() {
        return lock.repair();
    }

    @Validate
    public void nobodyIsLeft() {
        check(lock.waiting() == 0, "somebody waits");
    }

    /** What it comes to. */
    public static class Sequential {

        private boolean poisoned;
        private int count;

        public String enter() {
            return poisoned ? BROKEN : "ENTERED " + count++;
        }

        public String die() {
            if (poisoned) {
                return BROKEN;
            }
            poisoned = true;
            return "DIED " + count++;
        }

        public void glance() {}

        public boolean repair() {
            boolean was = poisoned;
            poisoned = false;
            return was;
        }
    }
}
