package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * A fair lock is released to the first in line while that one's task ends. The lock goes to the second in line, or breaks with the
 * first as the culprit, and is never nobody's.
 */
@JCStressTest
@Outcome(
        id = "REFUSED, GRANTED, IDLE",
        expect = ACCEPTABLE_INTERESTING,
        desc = "ended before the grant, or before it was confirmed")
@Outcome(id = "REFUSED, BROKEN, ABANDONED", expect = ACCEPTABLE, desc = "ended when it was granted, and not yet told")
@Outcome(id = "GRANTED, BROKEN, ABANDONED", expect = ACCEPTABLE_INTERESTING, desc = "ended as the owner")
@Outcome(expect = FORBIDDEN, desc = "the lock is lost, or two have it")
@State
public class EndAgainstGrant extends Scene {

    private final TaskLock lock = lock(FAIR.withOnOwnerEnd(OnOwnerEnd.BREAK));
    private final Hold hold = in(task("owner"), lock::acquire);
    private final Task heir = task("heir");
    private final CompletableFuture<Hold> first = in(heir, lock::acquireAsync);
    private final CompletableFuture<Hold> second = in(task("second"), lock::acquireAsync);

    @Actor
    public void release() {
        hold.close();
    }

    @Actor
    public void end() {
        heir.end();
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r2 = fate(second);
        // Closes late: this hold is of no effect any more.
        result.r1 = fate(first);
        result.r3 = rest(lock);
    }
}
