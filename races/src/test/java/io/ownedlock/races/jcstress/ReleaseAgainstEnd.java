package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A hold is closed on another thread while its owner ends. Either it was released, or it was abandoned; the waiter is told the same. */
@JCStressTest
@Outcome(id = "GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "the release was first")
@Outcome(id = "BROKEN, ABANDONED", expect = ACCEPTABLE_INTERESTING, desc = "the end was first")
@Outcome(expect = FORBIDDEN, desc = "both, or neither")
@State
public class ReleaseAgainstEnd extends Scene {

    private final TaskLock lock = lock(onOwnerEnd(OnOwnerEnd.BREAK));
    private final Task owner = task("owner");
    private final Hold hold = in(owner, lock::acquire);
    private final CompletableFuture<Hold> future = in(task("waiter"), lock::acquireAsync);

    @Actor
    public void release() {
        hold.close();
    }

    @Actor
    public void end() {
        owner.end();
    }

    @Arbiter
    public void rest(LL_Result result) {
        result.r1 = fate(future);
        result.r2 = rest(lock);
    }
}
