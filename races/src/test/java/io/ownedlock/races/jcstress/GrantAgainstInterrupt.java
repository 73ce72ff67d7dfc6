package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * The owner releases while the waiter is interrupted, and a future stands in the line before or behind it. The interrupt is told
 * exactly once: thrown, or kept in the thread's status.
 */
@JCStressTest
@Outcome(id = "GRANTED and kept, GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "the grant was first")
@Outcome(id = "INTERRUPTED, GRANTED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "the interrupt was first")
@Outcome(expect = FORBIDDEN, desc = "the lock, or the interrupt, is lost, or told twice")
@State
public class GrantAgainstInterrupt extends Scene {

    private final TaskLock lock = lock(FAIR);
    private final Hold hold = in(task("owner"), lock::acquire);
    private final Task waiter = task("waiter");
    private final Task next = task("next");
    private CompletableFuture<Hold> future;
    private volatile Thread thread;
    private volatile boolean interrupted;

    @Actor
    public void release() {
        meetAndTarry();
        future = in(next, lock::acquireAsync);
        future.whenComplete((got, failure) -> {
            if (got != null) {
                got.close();
            }
        });
        boolean before = ThreadLocalRandom.current().nextBoolean();
        if (before) {
            interrupt();
        }
        hold.close();
        if (!before) {
            interrupt();
        }
    }

    private void interrupt() {
        thread.interrupt();
        interrupted = true;
    }

    @Actor
    public void park(LLL_Result result) {
        thread = Thread.currentThread();
        meet();
        String told = in(waiter, this::attempt);
        // The interrupt must not come when this thread is at the next state.
        for (int i = 0; !interrupted; i++) {
            pause(i);
        }
        result.r1 = told + (Thread.interrupted() ? " and kept" : "");
    }

    private String attempt() {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            return "INTERRUPTED";
        }
        lock.unlock();
        return "GRANTED";
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r2 = sleep.isLost() ? "LOST" : fate(future);
        result.r3 = rest(lock);
    }
}
