package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskSemaphore;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A permit is given back to a future that is cancelled at the same time. */
@JCStressTest
@Outcome(id = "CANCELLED, GRANTED, 1", expect = ACCEPTABLE_INTERESTING, desc = "the cancel was first")
@Outcome(id = "GRANTED, GRANTED, 1", expect = ACCEPTABLE_INTERESTING, desc = "the grant was first")
@Outcome(expect = FORBIDDEN, desc = "the permit stays with a cancelled future, or is lost")
@State
public class PermitCancelAgainstGrant extends Scene {

    private final TaskSemaphore semaphore = TaskSemaphore.create(id(), 1, environment());
    private final Permit permit = in(task("owner"), semaphore::acquire);
    private final CompletableFuture<Permit> first = in(task("first"), semaphore::acquireAsync);
    private final CompletableFuture<Permit> second = in(task("second"), semaphore::acquireAsync);

    @Actor
    public void release() {
        permit.close();
    }

    @Actor
    public void cancel() {
        first.cancel(false);
    }

    @Arbiter
    public void rest(LLL_Result result) {
        if (first.isCancelled()) {
            result.r1 = "CANCELLED";
        } else {
            result.r1 = "GRANTED";
            first.join().close();
        }
        result.r2 = "PENDING";
        if (second.isDone()) {
            result.r2 = "GRANTED";
            second.join().close();
        }
        result.r3 = semaphore.available();
    }
}
