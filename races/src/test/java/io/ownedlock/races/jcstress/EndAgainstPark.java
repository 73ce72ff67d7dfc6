package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A task is told to end while its thread comes to park: it does not wait for a lock that it would never get. */
@JCStressTest
@Outcome(id = "REFUSED, AT_ONCE, HELD", expect = ACCEPTABLE, desc = "ended before")
@Outcome(id = "OVER, AT_ONCE, HELD", expect = ACCEPTABLE, desc = "ended before its thread came")
@Outcome(id = "REFUSED, QUEUED, HELD", expect = ACCEPTABLE_INTERESTING, desc = "ended before it slept")
@Outcome(id = "REFUSED, SLEPT, HELD", expect = ACCEPTABLE_INTERESTING, desc = "ended while it slept")
@Outcome(expect = FORBIDDEN, desc = "sleeps on, or is in the line still")
@State
public class EndAgainstPark extends Scene {

    private final TaskLock lock = lock(BARGING);
    private final Task owner = task("owner");
    private final Task waiter = task("waiter");

    public EndAgainstPark() {
        in(owner, lock::acquire);
    }

    @Actor
    public void end() {
        meetAndTarry();
        waiter.end();
    }

    @Actor
    public void park(LLL_Result result) {
        meet();
        Attachment attachment;
        try {
            attachment = waiter.attach();
        } catch (IllegalStateException e) {
            result.r1 = "OVER";
            return;
        }
        result.r1 = fate(lock::acquire);
        attachment.close();
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r2 = sleep.depth();
        result.r3 = rest(lock);
    }
}
