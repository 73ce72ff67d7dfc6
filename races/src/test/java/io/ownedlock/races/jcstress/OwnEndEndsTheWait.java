package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** Whoever waits when its own task is told to end returns. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "refused")
@Outcome(
        id = {"STALE", "ERROR"},
        expect = FORBIDDEN,
        desc = "waits for ever, or was not refused")
@State
public class OwnEndEndsTheWait extends Parked {

    private final TaskLock lock = lock(Scene.BARGING);
    private final Task waiter = Scene.task("waiter");
    private volatile boolean inside;

    public OwnEndEndsTheWait() {
        Scene.in(Scene.task("owner"), lock::acquire);
    }

    @Actor
    public void park() {
        Scene.in(waiter, this::waitInVain);
    }

    private String waitInVain() {
        inside = true;
        line();
        String fate = Scene.fate(lock::acquire);
        if (!fate.equals("REFUSED")) {
            throw new IllegalStateException(fate);
        }
        return fate;
    }

    @Signal
    public void end() {
        for (int i = 0; !inside; i++) {
            Scene.pause(i);
        }
        open();
        waiter.end();
    }
}
