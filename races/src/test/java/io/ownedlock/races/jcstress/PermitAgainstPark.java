package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A permit is given back while a task comes to park for it. */
@JCStressTest
@Outcome(id = "GRANTED, AT_ONCE, 1", expect = ACCEPTABLE, desc = "came after")
@Outcome(id = "GRANTED, QUEUED, 1", expect = ACCEPTABLE_INTERESTING, desc = "given back before it slept")
@Outcome(id = "GRANTED, SLEPT, 1", expect = ACCEPTABLE_INTERESTING, desc = "given back while it slept")
@Outcome(expect = FORBIDDEN, desc = "the permit, or the wake-up, is lost")
@State
public class PermitAgainstPark extends Scene {

    private final TaskSemaphore semaphore = TaskSemaphore.create(id(), 1, environment());
    private final Permit permit = in(task("owner"), semaphore::acquire);
    private final Task waiter = task("waiter");

    @Actor
    public void release() {
        meetAndTarry();
        permit.close();
    }

    @Actor
    public void park(LLL_Result result) {
        meet();
        in(waiter, semaphore::acquire).close();
        result.r1 = "GRANTED";
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r2 = sleep.depth();
        result.r3 = semaphore.available();
    }
}
