package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A borrower ends while somebody closes its hold for it: the lender knows of an incident if, and only if, there was one. */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE_INTERESTING, desc = "the end was first")
@Outcome(id = "false, false", expect = ACCEPTABLE_INTERESTING, desc = "the release was first")
@Outcome(expect = FORBIDDEN, desc = "an incident that nobody was told of, or one that the lender does not know")
@State
public class LoanEndAgainstRelease extends Scene {

    private volatile boolean told;

    private final TaskLock lock = TaskLock.create(id(), BARGING, environment(new LockListener() {
        @Override
        public void abandoned(Abandonment abandonment, int waitersTold) {
            told = true;
        }
    }));
    private final Task lender = task("lender");
    private final Hold lent = in(lender, lock::acquire);
    private final Task borrower = in(lender, () -> Task.startNested("borrower", inside -> false));
    private final Hold borrowed = in(borrower, lock::acquire);

    @Actor
    public void release() {
        meetAndTarry();
        borrowed.close();
    }

    @Actor
    public void end() {
        meet();
        borrower.end();
    }

    @Arbiter
    public void rest(ZZ_Result result) {
        result.r1 = told;
        result.r2 = lent.predecessorAbandoned();
        lent.close();
    }
}
