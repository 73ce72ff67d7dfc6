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

/** The owner of a lock that is poisoned by its end, ends while another task comes to park: it never gets the lock. */
@JCStressTest
@Outcome(id = "BROKEN, AT_ONCE, POISONED", expect = ACCEPTABLE_INTERESTING, desc = "came after the end")
@Outcome(id = "BROKEN, QUEUED, POISONED", expect = ACCEPTABLE_INTERESTING, desc = "told before it slept")
@Outcome(id = "BROKEN, SLEPT, POISONED", expect = ACCEPTABLE_INTERESTING, desc = "told while it slept")
@Outcome(expect = FORBIDDEN, desc = "got a poisoned lock, or sleeps on")
@State
public class PoisonAgainstPark extends Scene {

    private final TaskLock lock = lock(onOwnerEnd(OnOwnerEnd.POISON));
    private final Task owner = task("owner");
    private final Task waiter = task("waiter");

    public PoisonAgainstPark() {
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
