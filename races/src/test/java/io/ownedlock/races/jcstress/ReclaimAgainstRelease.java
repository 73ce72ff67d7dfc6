package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.Task;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A permit is given back while its owner ends: it is freed once, and one of the two who wait gets it. */
@JCStressTest
@Outcome(id = "GRANTED, PENDING, 1", expect = ACCEPTABLE_INTERESTING, desc = "one permit, one grant")
@Outcome(expect = FORBIDDEN, desc = "freed twice, or not at all")
@State
public class ReclaimAgainstRelease extends Scene {

    private final TaskSemaphore semaphore = TaskSemaphore.create(id(), 1, environment());
    private final Task owner = task("owner");
    private final Permit permit = in(owner, semaphore::acquire);
    private final CompletableFuture<Permit> first = in(task("first"), semaphore::acquireAsync);
    private final CompletableFuture<Permit> second = in(task("second"), semaphore::acquireAsync);

    @Actor
    public void release() {
        permit.close();
    }

    @Actor
    public void end() {
        owner.end();
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r1 = first.isDone() ? "GRANTED" : "PENDING";
        result.r2 = second.isDone() ? "GRANTED" : "PENDING";
        first.join().close();
        second.join().close();
        result.r3 = semaphore.available();
    }
}
