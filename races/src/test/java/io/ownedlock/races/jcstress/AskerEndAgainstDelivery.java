package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.CapacityLimiter;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.Permit;
import io.ownedlock.task.Task;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A token reaches a borrower while the task that asked for it ends: the borrower has it, or it is back. */
@JCStressTest
@Outcome(id = "DELIVERED, 0", expect = ACCEPTABLE_INTERESTING, desc = "the token was first")
@Outcome(id = "REFUSED, 1", expect = ACCEPTABLE_INTERESTING, desc = "the end was first")
@Outcome(expect = FORBIDDEN, desc = "one too many is at work, or the token is lost")
@State
public class AskerEndAgainstDelivery extends Scene {

    private final CapacityLimiter limiter = CapacityLimiter.create(id(), 1, LockSettings.DEFAULTS, environment());
    private final Task worker = task("worker");
    private final Task borrower = task("borrower");
    private final Task asker = task("asker");
    private final CompletableFuture<Permit> token;

    public AskerEndAgainstDelivery() {
        in(worker, limiter::acquire);
        token = in(asker, () -> limiter.acquireAsyncOnBehalfOf(borrower));
    }

    @Actor
    public void release() {
        meetAndTarry();
        limiter.releaseOnBehalfOf(worker);
    }

    @Actor
    public void end() {
        meet();
        asker.end();
    }

    @Arbiter
    public void rest(LL_Result result) {
        result.r1 = news(token);
        result.r2 = limiter.available();
    }
}
