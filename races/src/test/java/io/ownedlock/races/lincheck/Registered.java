package io.ownedlock.races.lincheck;

import io.ownedlock.park.Gate;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.watchdog.Guard;
import org.jetbrains.lincheck.datastructures.Operation;

/** One lock for one key, looked up each time, and let go of whenever it is idle. */
public class Registered extends Stage {

    private final StandingClock clock = new StandingClock();
    private final LockRegistry registry = LockRegistry.builder()
            .ticker(ticker(clock))
            .parker(parker(clock))
            .gate(Gate.OPEN)
            .executor(Runnable::run)
            .build();
    private int count;

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
                return registry.obtain("order", 42).acquire();
            } catch (BrokenLockException e) {
                check(e.getMessage() != null, "no word");
            }
        }
    }

    /** A round of the watchdog. */
    @Operation(nonParallelGroup = "watchdog")
    public void round() {
        registry.guards().forEach(Guard::inspect);
    }

    /** What it comes to. */
    public static class Sequential extends LockThatGoesOn.Sequential {

        public void round() {}
    }
}
