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

/** A poisoned lock is repaired while a task wants it. */
@JCStressTest
@Outcome(id = "true, BROKEN, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "came before the repair")
@Outcome(id = "true, GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "came after the repair")
@Outcome(expect = FORBIDDEN, desc = "not repaired, or not known to be")
@State
public class RepairAgainstAcquire extends Scene {

    private final TaskLock lock = lock(onOwnerEnd(OnOwnerEnd.POISON));
    private final Task task = task("task");

    public RepairAgainstAcquire() {
        Task owner = task("owner");
        in(owner, lock::acquire);
        owner.end();
    }

    @Actor
    public void repair(LLL_Result result) {
        meetAndTarry();
        result.r1 = lock.repair();
    }

    @Actor
    public void acquire(LLL_Result result) {
        meet();
        result.r2 = in(task, () -> fate(lock::acquire));
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r3 = rest(lock);
    }
}
