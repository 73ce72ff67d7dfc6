package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.park.BrokenLotException;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A breaker is registered while its task ends: it is refused, or the lot breaks. */
@JCStressTest
@Outcome(
        id = "REGISTERED, true",
        expect = ACCEPTABLE_INTERESTING,
        desc = "registered before the end, which broke the lot")
@Outcome(id = "REFUSED, false", expect = ACCEPTABLE_INTERESTING, desc = "over already")
@Outcome(expect = FORBIDDEN, desc = "registered for nothing, or broken by who was refused")
@State
public class RegisterAgainstEnd extends Scene {

    private final ParkingLot lot = new ParkingLot(Ticker.system(), sleep, null);
    private final Task breaker = task("breaker");

    @Actor
    public void end() {
        breaker.end();
    }

    @Actor
    public void register(LL_Result result) {
        try {
            lot.addBreaker(breaker);
            result.r1 = "REGISTERED";
        } catch (BrokenLotException e) {
            result.r1 = "REFUSED";
        }
    }

    @Arbiter
    public void rest(LL_Result result) {
        result.r2 = lot.isBroken();
    }
}
