package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A task is told to end while its thread takes a free lock: it gets nothing new, or it abandons what it got. */
@JCStressTest
@Outcome(id = "REFUSED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "ended before it had the lock, or just then")
@Outcome(id = "OVER, IDLE", expect = ACCEPTABLE, desc = "ended before its thread came")
@Outcome(id = "GRANTED, ABANDONED", expect = ACCEPTABLE_INTERESTING, desc = "ended with the lock")
@Outcome(expect = FORBIDDEN, desc = "an ended task keeps the lock, or one that got nothing has left a mark")
@State
public class EndAgainstAcquire extends Scene {

    private final TaskLock lock = lock(onOwnerEnd(OnOwnerEnd.BREAK));
    private final Task task = task("task");

    @Actor
    public void end() {
        meetAndTarry();
        task.end();
    }

    @Actor
    public void acquire(LL_Result result) {
        meet();
        Attachment attachment;
        try {
            attachment = task.attach();
        } catch (IllegalStateException e) {
            result.r1 = "OVER";
            return;
        }
        try {
            result.r1 = granted(lock.acquire());
        } catch (LockRefusedException e) {
            result.r1 = "REFUSED";
        } finally {
            attachment.close();
        }
    }

    @Arbiter
    public void rest(LL_Result result) {
        result.r2 = rest(lock);
    }
}
