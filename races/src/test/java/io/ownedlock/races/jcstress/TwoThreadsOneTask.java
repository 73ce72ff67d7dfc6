package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** Two threads want into one task: never both are inside. */
@JCStressTest
@Outcome(id = "true, true, false", expect = ACCEPTABLE, desc = "one after the other")
@Outcome(
        id = {"true, false, false", "false, true, false"},
        expect = ACCEPTABLE_INTERESTING,
        desc = "one was refused")
@Outcome(expect = FORBIDDEN, desc = "two inside, or nobody was let in")
@State
public class TwoThreadsOneTask extends Scene {

    private final Task task = task("task");
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean both;

    @Actor
    public void first(LLL_Result result) {
        meet();
        result.r1 = enter();
    }

    @Actor
    public void second(LLL_Result result) {
        meet();
        result.r2 = enter();
    }

    private boolean enter() {
        try (Attachment ignored = task.attach()) {
            if (inside.incrementAndGet() > 1) {
                both = true;
            }
            inside.decrementAndGet();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r3 = both;
    }
}
