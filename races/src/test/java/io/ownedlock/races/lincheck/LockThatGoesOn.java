package io.ownedlock.races.lincheck;

import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * A lock that survives its owner, so that the next owner is told. Who was broken comes again: whether it was depends on whether it was
 * in line, which no order of whole operations could say.
 */
public abstract class LockThatGoesOn extends Stage {

    private final TaskLock lock;
    private int count;

    LockThatGoesOn(LockSettings settings) {
        lock = TaskLock.create(ID, settings, environment());
    }

    /** Free again; a newcomer may overtake those who wait. */
    public static class Barging extends LockThatGoesOn {
        public Barging() {
            super(LockSettings.DEFAULTS);
        }
    }

    /** Free again; nobody overtakes. */
    public static class Fair extends LockThatGoesOn {
        public Fair() {
            super(LockSettings.DEFAULTS.withFair(true));
        }
    }

    /** Handed over to whoever has waited longest. */
    public static class HandedOver extends LockThatGoesOn {
        public HandedOver() {
            super(LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.HAND_OVER));
        }
    }

    @Operation
    public String enter() {
        return inTask(() -> {
            try (Hold hold = acquire()) {
                return "ENTERED " + count++ + (hold.predecessorAbandoned() ? " after a death" : "");
            }
        });
    }

    /** Ends while it owns the lock. */
    @Operation
    @SuppressWarnings("resource")
    public String die() {
        return inTask(() -> {
            Hold hold = acquire();
            return "DIED " + count++ + (hold.predecessorAbandoned() ? " after a death" : "");
        });
    }

    private Hold acquire() {
        while (true) {
            try {
                return lock.acquire();
            } catch (BrokenLockException e) {
                check(!lock.snapshot().state().name().equals("POISONED"), "poisoned");
            }
        }
    }

    /** Sends those away who wait. Who is inside goes on, so whoever comes again may be sent away again. */
    @Operation
    public void seal() {
        lock.breakWaiters();
    }

    @Validate
    public void nobodyIsLeft() {
        check(lock.waiting() == 0, "somebody waits");
        check(lock.isIdle() || lock.abandonment() != null, "somebody is inside");
    }

    /** What it comes to. */
    public static class Sequential {

        private boolean abandoned;
        private int count;

        public String enter() {
            String told = "ENTERED " + count++ + (abandoned ? " after a death" : "");
            abandoned = false;
            return told;
        }

        public String die() {
            String told = "DIED " + count++ + (abandoned ? " after a death" : "");
            abandoned = true;
            return told;
        }

        public void seal() {}
    }
}
