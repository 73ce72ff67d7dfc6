package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.Task;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A permit is given back while a waiter runs out of time: it has it, or it is free; never both, never neither. */
@JCStressTest
@Outcome(id = "GRANTED, 0", expect = ACCEPTABLE_INTERESTING, desc = "in time")
@Outcome(id = "TIMED_OUT, 1", expect = ACCEPTABLE_INTERESTING, desc = "out of time")
@Outcome(expect = FORBIDDEN, desc = "the permit is lost, or there twice")
@State
public class PermitAgainstTimeOut extends Scene {

    private static final Duration MOMENT = Duration.ofNanos(3_000);

    private final TaskSemaphore semaphore = TaskSemaphore.create(id(), 1, environment());
    private final Permit permit = in(task("owner"), semaphore::acquire);
    private final Task waiter = task("waiter");

    @Actor
    public void release() {
        meetAndTarry();
        permit.close();
    }

    @Actor
    public void park(LL_Result result) {
        meet();
        result.r1 = in(waiter, () -> semaphore.tryAcquire(MOMENT)) == null ? "TIMED_OUT" : "GRANTED";
    }

    @Arbiter
    public void rest(LL_Result result) {
        result.r2 = sleep.isLost() ? "LOST" : semaphore.available();
    }
}
