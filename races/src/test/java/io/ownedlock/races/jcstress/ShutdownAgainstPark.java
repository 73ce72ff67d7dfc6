package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.Shutdown;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * The application shuts down while one comes to park: it is told whose fault that is, before or after, and the owner goes on. Nobody is
 * in the owner's way before that one is in line, so it is the one to seal the lock, or finds that done for it.
 */
@JCStressTest
@Outcome(id = "BROKEN, QUEUED, SEALED", expect = ACCEPTABLE_INTERESTING, desc = "came after, or told before it slept")
@Outcome(id = "BROKEN, SLEPT, SEALED", expect = ACCEPTABLE_INTERESTING, desc = "told while it slept")
@Outcome(expect = FORBIDDEN, desc = "sleeps on, is not told by whom, or has robbed a living owner")
@State
public class ShutdownAgainstPark extends Scene {

    private final Shutdown shutdown = new Shutdown();
    private final TaskLock lock = TaskLock.create(id(), BARGING, environment(shutdown));
    private final Hold hold = in(task("owner"), lock::acquire);
    private final Task waiter = task("waiter");

    @Actor
    public void shutDown() {
        meetAndTarry();
        shutdown.begin();
        lock.turnWaitersAway();
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
        hold.close();
        if (!lock.isIdle()) {
            result.r3 = rest(lock) + " after the release";
        }
    }
}
