package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** The operator sends the waiters away while the owner releases. The seal is never left on a lock that nobody holds. */
@JCStressTest
@Outcome(id = "true, BROKEN, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "sealed before the release")
@Outcome(id = "true, GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "sealed the next owner's")
@Outcome(id = "false, GRANTED, IDLE", expect = ACCEPTABLE, desc = "between two owners")
@Outcome(expect = FORBIDDEN, desc = "a waiter was failed for nothing, or the lock is not idle in the end")
@State
public class SealAgainstRelease extends Scene {

    private final TaskLock lock = lock(BARGING);
    private final Hold hold = in(task("owner"), lock::acquire);
    private final CompletableFuture<Hold> future = in(task("waiter"), lock::acquireAsync);

    @Actor
    public void release() {
        hold.close();
    }

    @Actor
    public void seal(LLL_Result result) {
        result.r1 = lock.breakWaiters();
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r2 = fate(future);
        result.r3 = rest(lock);
    }
}
