package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Two tasks take one lock at the same time, and count on a plain field inside. */
@JCStressTest
@Outcome(id = "2, AT_ONCE", expect = ACCEPTABLE, desc = "one after the other")
@Outcome(id = "2, QUEUED", expect = ACCEPTABLE_INTERESTING, desc = "one found the other inside, and it left meanwhile")
@Outcome(id = "2, SLEPT", expect = ACCEPTABLE_INTERESTING, desc = "one slept until the other left")
@Outcome(expect = FORBIDDEN, desc = "both were inside, or one is lost")
@State
public class DoubleOwner extends Scene {

    private final TaskLock lock = lock(BARGING);
    private final Task first = task("first");
    private final Task second = task("second");
    private int count;

    @Actor
    public void first() {
        meet();
        in(first, this::count);
    }

    @Actor
    public void second() {
        meetAndTarry();
        in(second, this::count);
    }

    private int count() {
        try (Hold hold = lock.acquire()) {
            int seen = count;
            Thread.onSpinWait();
            count = seen + 1;
            return seen;
        }
    }

    @Arbiter
    public void rest(LL_Result result) {
        result.r1 = lock.isIdle() ? count : rest(lock);
        result.r2 = sleep.depth();
    }
}
