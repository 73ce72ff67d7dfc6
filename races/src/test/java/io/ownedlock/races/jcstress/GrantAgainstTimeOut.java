package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * The owner releases while a waiter runs out of time, and a future stands in the line before or behind it. Who ran out of time owns
 * nothing later, and whoever else is in line gets the lock.
 */
@JCStressTest
@Outcome(id = "GRANTED, GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "in time")
@Outcome(id = "TIMED_OUT, GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "out of time")
@Outcome(expect = FORBIDDEN, desc = "the lock stays with who gave up, or reaches nobody")
@State
public class GrantAgainstTimeOut extends Scene {

    private static final Duration MOMENT = Duration.ofNanos(3_000);

    private final TaskLock lock = lock(FAIR);
    private final Hold hold = in(task("owner"), lock::acquire);
    private final Task waiter = task("waiter");
    private final Task next = task("next");
    private CompletableFuture<Hold> future;

    @Actor
    public void release() {
        meetAndTarry();
        future = in(next, lock::acquireAsync);
        future.whenComplete((got, failure) -> {
            if (got != null) {
                got.close();
            }
        });
        hold.close();
    }

    @Actor
    public void park(LLL_Result result) {
        meet();
        result.r1 = in(waiter, () -> fate(() -> lock.acquire(MOMENT)));
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r2 = sleep.isLost() ? "LOST" : fate(future);
        result.r3 = rest(lock);
    }
}
