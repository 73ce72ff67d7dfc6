package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** The owner of a lock that is handed over at its end, ends while another task comes to park: that one gets it, and knows. */
@JCStressTest
@Outcome(id = "INHERITED, AT_ONCE, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "came after the end")
@Outcome(id = "INHERITED, QUEUED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "granted before it slept")
@Outcome(id = "INHERITED, SLEPT, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "granted while it slept")
@Outcome(expect = FORBIDDEN, desc = "failed, sleeps on, or does not know")
@State
public class HandOverAgainstPark extends Scene {

    private final TaskLock lock = lock(onOwnerEnd(OnOwnerEnd.HAND_OVER));
    private final Task owner = task("owner");
    private final Task waiter = task("waiter");

    public HandOverAgainstPark() {
        in(owner, lock::acquire);
    }

    @Actor
    public void end() {
        meetAndTarry();
        owner.end();
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
