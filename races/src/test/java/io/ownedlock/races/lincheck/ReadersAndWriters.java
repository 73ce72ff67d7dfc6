package io.ownedlock.races.lincheck;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskReadWriteLock;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/** A read/write pair that is poisoned by a writer's end. A reader's end harms nobody. */
public class ReadersAndWriters extends Stage {

    private final TaskReadWriteLock lock =
            TaskReadWriteLock.create(ID, LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON), environment());
    private int count;

    @Operation
    public String read() {
        return unlessBroken(() -> {
            try (Hold hold = lock.readLock().acquire()) {
                return "READ " + count;
            }
        });
    }

    @Operation
    public String write() {
        return unlessBroken(() -> {
            try (Hold hold = lock.writeLock().acquire()) {
                return "WRITTEN " + ++count;
            }
        });
    }

    /** Ends while it reads. */
    @Operation
    public String dieReading() {
        return unlessBroken(() -> {
            lock.readLock().lock();
            return "READ " + count;
        });
    }

    /** Ends while it writes. */
    @Operation
    public String dieWriting() {
        return unlessBroken(() -> {
            lock.writeLock().lock();
            return "WRITTEN " + ++count;
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

        public String read() {
            return poisoned ? BROKEN : "READ " + count;
        }

        public String write() {
            return poisoned ? BROKEN : "WRITTEN " + ++count;
        }

        public String dieReading() {
            return read();
        }

        public String dieWriting() {
            String told = write();
            poisoned = true;
            return told;
        }

        public boolean repair() {
            boolean was = poisoned;
            poisoned = false;
            return was;
        }
    }
}
