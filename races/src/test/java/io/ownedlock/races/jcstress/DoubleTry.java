package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Two tasks try to take one lock at the same time, and keep it. */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE_INTERESTING, desc = "the first has it")
@Outcome(id = "false, true", expect = ACCEPTABLE_INTERESTING, desc = "the second has it")
@Outcome(expect = FORBIDDEN, desc = "two have it, or nobody")
@State
public class DoubleTry extends Scene {

    private final TaskLock lock = lock(BARGING);
    private final Task first = task("first");
    private final Task second = task("second");

    @Actor
    public void first(LL_Result result) {
        result.r1 = in(first, lock::tryLock);
    }

    @Actor
    public void second(LL_Result result) {
        result.r2 = in(second, lock::tryLock);
    }
}
