package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
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

/** The owner ends without a release while another task comes to park. No break misses a park. */
@JCStressTest
@Outcome(id = "BROKEN, QUEUED, ABANDONED", expect = ACCEPTABLE_INTERESTING, desc = "told before it slept")
@Outcome(id = "BROKEN, SLEPT, ABANDONED", expect = ACCEPTABLE_INTERESTING, desc = "told while it slept")
@Outcome(id = "INHERITED, AT_ONCE, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "came after the end")
@Outcome(id = "INHERITED, QUEUED, IDLE", expect = ACCEPTABLE, desc = "came before the end, joined the line after it")
@Outcome(expect = FORBIDDEN, desc = "sleeps on, or got the lock and does not know from whom")
@State
public class BreakAgainstPark extends Scene {

    private final TaskLock lock = lock(onOwnerEnd(OnOwnerEnd.BREAK));
    private final Task owner = task("owner");
    private final Task waiter = task("waiter");

    public BreakAgainstPark() {
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
