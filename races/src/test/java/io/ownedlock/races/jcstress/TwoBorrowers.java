package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Two tasks that are nested in the same one borrow its lock: one at a time, and each with a fencing token of its own. */
@JCStressTest
@Outcome(id = "BOTH", expect = ACCEPTABLE, desc = "one after the other")
@Outcome(id = "ONE", expect = ACCEPTABLE_INTERESTING, desc = "the other came at the same time")
@Outcome(expect = FORBIDDEN, desc = "two inside, or a token came again")
@State
public class TwoBorrowers extends Scene {

    private final TaskLock lock = lock(BARGING);
    private final Task lender = task("lender");
    private final Hold lent = in(lender, lock::acquire);
    private final Task one = in(lender, () -> Task.startNested("one", inside -> false));
    private final Task other = in(lender, () -> Task.startNested("other", inside -> false));
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean both;
    private volatile long tokenOfOne;
    private volatile long tokenOfOther;

    @Actor
    public void first() {
        meet();
        tokenOfOne = borrow(one);
    }

    @Actor
    public void second() {
        meetAndTarry();
        tokenOfOther = borrow(other);
    }

    private long borrow(Task task) {
        try (Hold hold = in(task, lock::tryAcquire)) {
            if (hold == null) {
                return 0;
            }
            both |= inside.incrementAndGet() > 1;
            inside.decrementAndGet();
            return hold.fencingToken();
        }
    }

    @Arbiter
    public void rest(L_Result result) {
        lent.close();
        try (Hold last = in(task("last"), lock::tryAcquire)) {
            boolean grown = tokenOfOne != tokenOfOther && last.fencingToken() > Math.max(tokenOfOne, tokenOfOther);
            result.r1 = both || !grown
                    ? both + ": " + tokenOfOne + ", " + tokenOfOther + ", " + last.fencingToken()
                    : tokenOfOne > 0 && tokenOfOther > 0 ? "BOTH" : "ONE";
        }
    }
}
