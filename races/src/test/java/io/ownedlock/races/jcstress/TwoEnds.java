package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A task is ended by two threads at once: one of them did it, and what the task held is given up once. */
@JCStressTest
@Outcome(id = "true, false, ABANDONED", expect = ACCEPTABLE_INTERESTING, desc = "the first did it")
@Outcome(id = "false, true, ABANDONED", expect = ACCEPTABLE_INTERESTING, desc = "the second did it")
@Outcome(expect = FORBIDDEN, desc = "both or neither, or the lock is held on")
@State
public class TwoEnds extends Scene {

    private final TaskLock lock = lock(onOwnerEnd(OnOwnerEnd.BREAK));
    private final Task owner = task("owner");

    public TwoEnds() {
        in(owner, lock::acquire);
    }

    @Actor
    public void first(LLL_Result result) {
        result.r1 = owner.end();
    }

    @Actor
    public void second(LLL_Result result) {
        result.r2 = owner.end();
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r3 = rest(lock);
    }
}
