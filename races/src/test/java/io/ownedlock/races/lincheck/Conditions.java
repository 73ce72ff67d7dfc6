package io.ownedlock.races.lincheck;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskCondition;
import io.ownedlock.sync.TaskLock;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * A box for things, and a condition for those who come before there is one. Whoever waits is told if somebody dies in there.
 * Taking needs somebody who puts in, or dies: scenarios must see to that.
 */
public class Conditions extends Stage {

    private final TaskLock lock =
            TaskLock.create(ID, LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON), environment());
    private final TaskCondition notEmpty = lock.newCondition();
    private int things;
    private int taken;

    @Operation
    public String take() {
        return unlessBroken(() -> {
            lock.lock();
            try {
                while (things == 0) {
                    notEmpty.awaitUninterruptibly();
                }
                things--;
                return "TAKEN " + taken++;
            } finally {
                lock.unlock();
            }
        });
    }

    @Operation
    public String put() {
        return unlessBroken(() -> {
            try (Hold hold = lock.acquire()) {
                things++;
                notEmpty.signal();
                return "PUT";
            }
        });
    }

    /** Ends while it owns the lock. */
    @Operation
    public String die() {
        return unlessBroken(() -> {
            lock.lock();
            return "DIED";
        });
    }

    @Validate
    public void nobodyIsLeft() {
        check(lock.waiting() == 0, "somebody waits for the lock");
        check(notEmpty.waiting() == 0, "somebody waits for the condition");
    }

    /** What it comes to. */
    public static class Sequential {

        private int things;
        private int taken;
        private boolean poisoned;

        /** Never says that it has waited: whoever does is taken to have come later. */
        public String take() {
            if (poisoned) {
                return BROKEN;
            }
            if (things == 0) {
                return "WAITED";
            }
            things--;
            return "TAKEN " + taken++;
        }

        public String put() {
            if (poisoned) {
                return BROKEN;
            }
            things++;
            return "PUT";
        }

        public String die() {
            if (poisoned) {
                return BROKEN;
            }
            poisoned = true;
            return "DIED";
        }
    }
}
