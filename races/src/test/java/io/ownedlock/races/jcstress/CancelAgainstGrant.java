package io.ownedlock.races.jcstress;

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

/** The lock is released to a future that is cancelled at the same time. Cancelled, it leaves nothing behind, and the next gets on. */
@JCStressTest
@Outcome(id = "CANCELLED, GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "the cancel was first")
@Outcome(id = "GRANTED, GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "the grant was first")
@Outcome(expect = FORBIDDEN, desc = "the lock stays with a cancelled future, or is lost")
@State
public class CancelAgainstGrant extends Scene {

    private final TaskLock lock = lock(BARGING);
    private final Hold hold = in(task("owner"), lock::acquire);
    private final CompletableFuture<Hold> first = in(task("first"), lock::acquireAsync);
    private final CompletableFuture<Hold> second = in(task("second"), lock::acquireAsync);

    @Actor
    public void release() {
        hold.close();
    }

    @Actor
    public void cancel() {
        first.cancel(false);
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r1 = fate(first);
        result.r2 = fate(second);
        result.r3 = rest(lock);
    }
}
