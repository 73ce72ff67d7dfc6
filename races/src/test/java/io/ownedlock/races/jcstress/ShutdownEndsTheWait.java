package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.Permit;
import io.ownedlock.sync.Shutdown;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** Whoever waits for a permit when the application shuts down returns. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "turned away")
@Outcome(
        id = {"STALE", "ERROR"},
        expect = FORBIDDEN,
        desc = "waits for ever, or was given what is out")
@State
public class ShutdownEndsTheWait extends Parked {

    private final Shutdown shutdown = new Shutdown();
    private final TaskSemaphore semaphore =
            TaskSemaphore.create(Scene.id(), 1, LockSettings.DEFAULTS, Scene.production(shutdown));
    private final Permit taken = Scene.in(Scene.task("owner"), semaphore::acquire);
    private final Task waiter = Scene.task("waiter");

    @Actor
    public void park() {
        line();
        Scene.in(waiter, () -> {
            try (Permit doubled = semaphore.acquire()) {
                throw new IllegalStateException(doubled + " is out, as is " + taken);
            } catch (LockRefusedException told) {
                return null;
            }
        });
    }

    @Signal
    public void shutDown() {
        open();
        shutdown.begin();
        semaphore.turnWaitersAway();
    }
}
