package io.ownedlock.races.lincheck;

import io.ownedlock.sync.CapacityLimiter;
import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskSemaphore;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/** One permit, of a semaphore or a limiter, which goes on to the next when its owner ends. */
public abstract class Permits extends Stage {

    private int count;

    abstract Permit acquire();

    abstract Permit tryAcquire(Duration atMost);

    abstract boolean isIdle();

    /** A semaphore. */
    public static class Semaphore extends Permits {

        private final TaskSemaphore semaphore = TaskSemaphore.create(ID, 1, environment());

        @Override
        Permit acquire() {
            return semaphore.acquire();
        }

        @Override
        Permit tryAcquire(Duration atMost) {
            return semaphore.tryAcquire(atMost);
        }

        @Override
        boolean isIdle() {
            return semaphore.isIdle() && semaphore.waiting() == 0;
        }
    }

    /** A limiter, whose total is changed. */
    public static class Limiter extends Permits {

        private final CapacityLimiter limiter = CapacityLimiter.create(ID, 1, environment());

        @Override
        Permit acquire() {
            return limiter.acquire();
        }

        @Override
        Permit tryAcquire(Duration atMost) {
            return limiter.tryAcquire(atMost);
        }

        @Operation
        public void pause() {
            limiter.setTotal(0);
            limiter.setTotal(1);
        }

        @Override
        boolean isIdle() {
            return limiter.isIdle() && limiter.waiting() == 0;
        }
    }

    @Operation
    public String enter() {
        return inTask(() -> {
            try (Permit permit = acquire()) {
                return "ENTERED " + count++;
            }
        });
    }

    /** Ends while it owns the permit. */
    @Operation
    @SuppressWarnings("resource")
    public String die() {
        return inTask(() -> {
            acquire();
            return "DIED " + count++;
        });
    }

    /** Waits for a moment only. */
    @Operation
    public void glance() {
        inTask(() -> {
            try (Permit permit = tryAcquire(MOMENT)) {
                return permit;
            }
        });
    }

    @Validate
    public void nobodyIsLeft() {
        check(isIdle(), "a permit is out, or somebody waits");
    }

    /** What it comes to. */
    public static class Sequential {

        private int count;

        public String enter() {
            return "ENTERED " + count++;
        }

        public String die() {
            return "DIED " + count++;
        }

        public void glance() {}

        public void pause() {}
    }
}
