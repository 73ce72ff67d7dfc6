package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** The owner releases while another task comes to park. */
@JCStressTest
@Outcome(id = "GRANTED, AT_ONCE, IDLE", expect = ACCEPTABLE, desc = "came after the release")
@Outcome(id = "GRANTED, QUEUED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "released before it slept")
@Outcome(id = "GRANTED, SLEPT, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "released while it slept")
@Outcome(expect = FORBIDDEN, desc = "the wake-up is lost")
@State
public class ReleaseAgainstPark extends Scene {

    private final TaskLock lock = lock(BARGING);
    private final Hold hold = in(task("owner"), lock::acquire);
    private final Task waiter = task("waiter");

    @Actor
    public void release() {
        meetAndTarry();
        hold.close();
    }

    @Actor
    public void park(LLL_Result result) {
        meet();
        result.r1 = in(waiter, () -> fate(lock::acquire));
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r2 = sleep.depth();
        result.r3 = rest(lock);
    }
}
