package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** Whoever waits when a permit is given back gets it. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "has got the permit")
@Outcome(
        id = {"STALE", "ERROR"},
        expect = FORBIDDEN,
        desc = "waits for ever, or has not got it")
@State
public class PermitEndsTheWait extends Parked {

    private final TaskSemaphore semaphore = TaskSemaphore.create(Scene.id(), 1, Scene.production());
    private final Permit permit = Scene.in(Scene.task("owner"), semaphore::acquire);
    private final Task waiter = Scene.task("waiter");

    @Actor
    public void park() {
        line();
        Scene.in(waiter, semaphore::acquire).close();
    }

    @Signal
    public void release() {
        open();
        permit.close();
    }
}
