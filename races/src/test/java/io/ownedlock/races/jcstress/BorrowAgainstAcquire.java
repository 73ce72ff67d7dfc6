package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A nested task borrows the lock from one that has it since a moment: no fencing token comes twice, and the last is the greatest. */
@JCStressTest
@Outcome(id = "BORROWED", expect = ACCEPTABLE_INTERESTING, desc = "the outer task was first")
@Outcome(
        id = {"NESTED ONLY", "ONE AFTER THE OTHER"},
        expect = ACCEPTABLE,
        desc = "nothing was lent")
@Outcome(expect = FORBIDDEN, desc = "a token came again")
@State
public class BorrowAgainstAcquire extends Scene {

    private final TaskLock lock = lock(BARGING);
    private final Task outer = task("outer");
    private final Task nested = in(outer, () -> Task.startNested("nested", inside -> false));
    private volatile Hold lent;
    private volatile long token;
    private volatile boolean borrowed;

    @Actor
    public void acquire() {
        meetAndTarry();
        lent = in(outer, lock::tryAcquire);
    }

    @Actor
    public void borrow() {
        meet();
        for (int i = 0; i < 100 && lock.state() == LockState.FREE; i++) {
            Thread.onSpinWait();
        }
        try (Hold hold = in(nested, lock::tryAcquire)) {
            if (hold != null) {
                token = hold.fencingToken();
                borrowed = lock.snapshot().holds().size() > 1;
            }
        }
    }

    @Arbiter
    public void rest(L_Result result) {
        Hold held = lent;
        long first = held == null ? 0 : held.fencingToken();
        if (held != null) {
            held.close();
        }
        try (Hold last = in(task("last"), lock::tryAcquire)) {
            result.r1 = first == token || last.fencingToken() <= Math.max(first, token)
                    ? first + ", " + token + ", " + last.fencingToken()
                    : verdict(first);
        }
    }

    private String verdict(long first) {
        if (first == 0) {
            return "NESTED ONLY";
        }
        return borrowed ? "BORROWED" : "ONE AFTER THE OTHER";
    }
}
