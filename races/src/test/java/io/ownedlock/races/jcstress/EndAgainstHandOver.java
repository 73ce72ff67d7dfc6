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
import org.openjdk.jcstress.infra.results.LLL_Result;

/** The owner ends, and its lock is on its way to the first in line, whose task ends too: it goes on to the second, who is told. */
@JCStressTest
@Outcome(id = "REFUSED, INHERITED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "the heir was gone before")
@Outcome(
        id = "INHERITED, INHERITED, IDLE",
        expect = ACCEPTABLE_INTERESTING,
        desc = "the heir was an owner for a moment")
@Outcome(expect = FORBIDDEN, desc = "the lock is lost, or somebody does not know")
@State
public class EndAgainstHandOver extends Scene {

    private final TaskLock lock = lock(onOwnerEnd(OnOwnerEnd.HAND_OVER));
    private final Task owner = task("owner");
    private final Task heir = task("heir");
    private final CompletableFuture<Hold> first;
    private final CompletableFuture<Hold> second;

    public EndAgainstHandOver() {
        in(owner, lock::acquire);
        first = in(heir, lock::acquireAsync);
        second = in(task("second"), lock::acquireAsync);
    }

    @Actor
    public void end() {
        owner.end();
    }

    @Actor
    public void endHeir() {
        heir.end();
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r2 = fate(second);
        // Closes late: this hold is of no effect any more.
        result.r1 = fate(first);
        result.r3 = rest(lock);
    }
}
