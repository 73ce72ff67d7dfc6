package io.ownedlock.races.lincheck;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * A lock that is held from the start, so that whoever comes waits at once, and few turns lead to what is rare. Somebody must
 * release it, or end its owner: scenarios must see to that.
 */
public class HeldLock extends Stage {

    private final TaskLock lock =
            TaskLock.create(ID, LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON), environment());
    private final Task owner = task();
    private final Hold held = in(owner, lock::acquire);

    @Operation
    public String enter() {
        return unlessBroken(() -> {
            try (Hold hold = lock.acquire()) {
                return "ENTERED";
            }
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
    public void release() {
        held.close();
    }

    @Operation
    public void end() {
        owner.end();
    }

    @Operation
    public boolean seal() {
        return lock.breakWaiters();
    }

    @Validate
    public void nobodyIsLeft() {
        check(lock.waiting() == 0, "somebody waits");
    }

    /** What it comes to. */
    public static class Sequential {

        private boolean isHeld = true;
        private boolean sealed;
        private boolean poisoned;

        /** Never says that it has waited: whoever does is taken to have come later. */
        public String enter() {
            return poisoned || (isHeld && sealed) ? BROKEN : isHeld ? "WAITED" : "ENTERED";
        }

        public void glance() {}

        public void release() {
            isHeld = false;
        }

        public void end() {
            poisoned |= isHeld;
            isHeld = false;
        }

        public boolean seal() {
            boolean first = isHeld && !sealed;
            sealed |= first;
            return first;
        }
    }
}
