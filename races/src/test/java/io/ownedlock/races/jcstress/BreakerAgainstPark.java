package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.park.BrokenLotException;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The task on which a parking lot depends ends while a thread comes to park there. */
@JCStressTest
@Outcome(id = "BROKEN, AWAKE", expect = ACCEPTABLE_INTERESTING, desc = "came after, or told before it slept")
@Outcome(id = "BROKEN, SLEPT", expect = ACCEPTABLE_INTERESTING, desc = "told while it slept")
@Outcome(expect = FORBIDDEN, desc = "parked in a broken lot")
@State
public class BreakerAgainstPark extends Scene {

    private final ParkingLot lot = new ParkingLot(Ticker.system(), sleep, null);
    private final Task breaker = task("breaker");
    private final Task waiter = task("waiter");

    public BreakerAgainstPark() {
        lot.addBreaker(breaker);
    }

    @Actor
    public void end() {
        meetAndTarry();
        breaker.end();
    }

    @Actor
    public void park(LL_Result result) {
        meet();
        result.r1 = in(waiter, this::park);
        result.r2 = sleep.depth().equals("AT_ONCE") ? "AWAKE" : sleep.depth();
    }

    private String park() {
        try {
            lot.parkIf(() -> true);
            return "UNPARKED";
        } catch (BrokenLotException e) {
            return "BROKEN";
        } catch (InterruptedException e) {
            return "INTERRUPTED";
        }
    }
}
