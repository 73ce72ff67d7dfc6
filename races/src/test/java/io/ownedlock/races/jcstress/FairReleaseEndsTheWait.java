package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** Whoever waits when the owner of a fair lock releases gets it. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "has got the lock")
@Outcome(
        id = {"STALE", "ERROR"},
        expect = FORBIDDEN,
        desc = "waits for ever, or has not got it")
@State
public class FairReleaseEndsTheWait extends Parked {

    private final TaskLock lock = lock(Scene.FAIR);
    private final Hold hold = Scene.in(Scene.task("owner"), lock::acquire);
    private final Task waiter = Scene.task("waiter");

    @Actor
    public void park() {
        line();
        Scene.in(waiter, lock::acquire).close();
    }

    @Signal
    public void release() {
        open();
        hold.close();
    }
}
