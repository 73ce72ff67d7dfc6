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

/** A poisoned lock is repaired by two at once: one of them did it. */
@JCStressTest
@Outcome(
        id = {"true, false, IDLE", "false, true, IDLE"},
        expect = ACCEPTABLE_INTERESTING,
        desc = "one did it")
@Outcome(expect = FORBIDDEN, desc = "both or neither")
@State
public class TwoRepairs extends Scene {

    private final TaskLock lock = lock(onOwnerEnd(OnOwnerEnd.POISON));

    public TwoRepairs() {
        Task owner = task("owner");
        in(owner, lock::acquire);
        owner.end();
    }

    @Actor
    public void first(LLL_Result result) {
        result.r1 = lock.repair();
    }

    @Actor
    public void second(LLL_Result result) {
        result.r2 = lock.repair();
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r3 = rest(lock);
    }
}
