package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A sealed lender has let go while its borrower was inside: its seal is over, also for the moment in which the loan comes back. */
@JCStressTest
@Outcome(id = "GRANTED", expect = ACCEPTABLE_INTERESTING, desc = "the loan was back")
@Outcome(id = "MISSED", expect = ACCEPTABLE_INTERESTING, desc = "the borrower was inside")
@Outcome(expect = FORBIDDEN, desc = "the seal came back")
@State
public class LoanBackPastASeal extends Scene {

    private final TaskLock lock = lock(BARGING);
    private final Hold loan = lend();

    private Hold lend() {
        Task lender = task("lender");
        Task borrower = in(lender, () -> Task.startNested("borrower", inside -> false));
        Hold lent = in(lender, lock::acquire);
        lock.breakWaiters();
        Hold borrowed = in(borrower, lock::acquire);
        lent.close();
        return borrowed;
    }

    @Actor
    public void giveBack() {
        meetAndTarry();
        loan.close();
    }

    @Actor
    public void tryIt(L_Result result) {
        Task stranger = task("stranger");
        meet();
        result.r1 = in(stranger, () -> fate(lock::tryAcquire));
    }
}
