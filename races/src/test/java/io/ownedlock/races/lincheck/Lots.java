package io.ownedlock.races.lincheck;

import io.ownedlock.park.BrokenLotException;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import java.util.function.Supplier;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/** A mutex on a parking lot, as a user would build it: broken for good by the end of who is inside. */
public class Lots extends Stage {

    private final StandingClock clock = new StandingClock();
    private final ParkingLot lot = new ParkingLot(ticker(clock), parker(clock), null);
    private boolean busy;
    private int count;

    @Operation
    public String enter() {
        return inTask(() -> inside(() -> {
            String told = "ENTERED " + count++;
            leave();
            return told;
        }));
    }

    /** Ends inside. */
    @Operation
    public String die() {
        return inTask(() -> inside(() -> {
            lot.addBreaker(Task.current());
            return "DIED " + count++;
        }));
    }

    private String inside(Supplier<String> action) {
        try {
            lot.parkIf(this::isBusy);
        } catch (BrokenLotException e) {
            return BROKEN;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return action.get();
    }

    private boolean isBusy() {
        boolean was = busy;
        busy = true;
        return was;
    }

    /** To who has waited longest, who finds it busy, or to nobody. */
    private void leave() {
        synchronized (lot.monitor()) {
            busy = !lot.unpark(1).isEmpty();
        }
    }

    @Validate
    public void nobodyIsLeft() {
        check(lot.statistics().waiting().isEmpty(), "somebody waits");
    }

    /** What it comes to. */
    public static class Sequential {

        private boolean broken;
        private int count;

        public String enter() {
            return broken ? BROKEN : "ENTERED " + count++;
        }

        public String die() {
            if (broken) {
                return BROKEN;
            }
            broken = true;
            return "DIED " + count++;
        }
    }
}
