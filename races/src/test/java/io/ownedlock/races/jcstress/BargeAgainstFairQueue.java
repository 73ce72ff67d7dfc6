package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A fair lock is released while somebody is in line and a newcomer tries it: the newcomer never gets it. */
@JCStressTest
@Outcome(id = "MISSED, GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "first come, first served")
@Outcome(expect = FORBIDDEN, desc = "overtaken, or lost")
@State
public class BargeAgainstFairQueue extends Scene {

    private final TaskLock lock = lock(FAIR);
    private final Hold hold = in(task("owner"), lock::acquire);
    private final CompletableFuture<Hold> future = in(task("waiter"), lock::acquireAsync);
    private final Task newcomer = task("newcomer");

    @Actor
    public void release() {
        hold.close();
    }

    @Actor
    public void barge(LLL_Result result) {
        result.r1 = in(newcomer, () -> fate(lock::tryAcquire));
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r2 = fate(future);
        result.r3 = rest(lock);
    }
}
