package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Waiters are moved to another lot while that one is broken: moved and then broken, or failed instead of moved; never parked there. */
@JCStressTest
@Outcome(id = "while parked, while parked", expect = ACCEPTABLE_INTERESTING, desc = "moved, then broken")
@Outcome(id = "on arrival, on arrival", expect = ACCEPTABLE_INTERESTING, desc = "failed instead of moved")
@Outcome(expect = FORBIDDEN, desc = "parked in a broken lot, or told twice")
@State
public class ReparkAgainstBreak extends Scene {

    private final ParkingLot lot = new ParkingLot(Ticker.system(), sleep, null);
    private final ParkingLot target = lot.sibling();
    private final Task culprit = task("culprit");
    private final AtomicInteger alarms = new AtomicInteger();
    private final Waiter first = lot.joinAsync(task("first"), null, false, decided -> alarms.incrementAndGet());
    private final Waiter second = lot.joinAsync(task("second"), null, false, decided -> alarms.incrementAndGet());

    @Actor
    public void repark() {
        lot.reparkAll(target);
    }

    @Actor
    public void breakTarget() {
        target.breakLot(culprit);
    }

    @Arbiter
    public void rest(LL_Result result) {
        result.r1 = alarms.get() == 2 ? told(first) : alarms + " alarms";
        result.r2 = told(second);
    }

    private static String told(Waiter waiter) {
        Supplier<? extends RuntimeException> failure = waiter.failure();
        return failure == null
                ? "PARKED"
                : failure.get().getMessage().endsWith("while parked") ? "while parked" : "on arrival";
    }
}
