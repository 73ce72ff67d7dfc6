package io.ownedlock.races.lincheck;

import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.jetbrains.lincheck.datastructures.Operation;

/** A lock that is held from one operation to another, and taken without waiting, by two tasks: who has it, and what it is told. */
public class Tries extends Stage {

    private final TaskLock lock =
            TaskLock.create(ID, LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON), environment());
    private final User left = new User();
    private final User right = new User();

    private final class User {

        private final Task task = task();
        private Hold hold;

        String take() {
            if (task.ended() != null || hold != null) {
                return "NO";
            }
            return in(task, () -> {
                try {
                    hold = lock.tryAcquire();
                    return hold == null ? "MISSED" : "TAKEN";
                } catch (BrokenLockException e) {
                    return BROKEN;
                }
            });
        }

        boolean give() {
            if (task.ended() != null || hold == null) {
                return false;
            }
            hold.close();
            hold = null;
            return true;
        }
    }

    @Operation(nonParallelGroup = "left")
    public String takeLeft() {
        return left.take();
    }

    @Operation(nonParallelGroup = "left")
    public boolean giveLeft() {
        return left.give();
    }

    @Operation(nonParallelGroup = "left")
    public void endLeft() {
        left.task.end();
    }

    @Operation(nonParallelGroup = "right")
    public String takeRight() {
        return right.take();
    }

    @Operation(nonParallelGroup = "right")
    public boolean giveRight() {
        return right.give();
    }

    @Operation
    public boolean seal() {
        return lock.breakWaiters();
    }

    @Operation
    public boolean repair() {
        return lock.repair();
    }

    /** What it comes to. */
    public static class Sequential {

        private String owner;
        private boolean ended;
        private boolean sealed;
        private boolean poisoned;

        private String take(String who) {
            if (who.equals(owner)) {
                return "NO";
            }
            if (poisoned || sealed) {
                return BROKEN;
            }
            if (owner != null) {
                return "MISSED";
            }
            owner = who;
            return "TAKEN";
        }

        private boolean give(String who) {
            boolean had = who.equals(owner);
            if (had) {
                owner = null;
                sealed = false;
            }
            return had;
        }

        public String takeLeft() {
            return ended ? "NO" : take("left");
        }

        public boolean giveLeft() {
            return give("left");
        }

        public void endLeft() {
            ended = true;
            poisoned |= give("left");
        }

        public String takeRight() {
            return take("right");
        }

        public boolean giveRight() {
            return give("right");
        }

        public boolean seal() {
            boolean first = owner != null && !sealed;
            sealed |= first;
            return first;
        }

        public boolean repair() {
            boolean was = poisoned;
            poisoned = false;
            return was;
        }
    }
}
