package io.ownedlock.races.lincheck;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/** A lock whose users are told to end from outside, wherever they are: what has been ended gets nothing any more, and keeps nothing. */
public class EndedTasks extends Stage {

    private static final String REFUSED = "REFUSED";

    private final TaskLock lock = TaskLock.create(ID, LockSettings.DEFAULTS, environment());
    private final Task doomed = task();
    private int count;

    @Operation
    public String enter() {
        return inTask(this::visit);
    }

    /** Enters in the task that is to end. Only one thread at a time can be in it. */
    @Operation(nonParallelGroup = "doomed")
    public String enterDoomed() {
        Attachment attachment;
        try {
            attachment = doomed.attach();
        } catch (IllegalStateException e) {
            return REFUSED;
        }
        try (attachment) {
            return visit();
        } catch (LockRefusedException e) {
            return REFUSED;
        }
    }

    private String visit() {
        try (Hold hold = lock.acquire()) {
            return "ENTERED " + count++;
        }
    }

    @Operation
    public boolean end() {
        return doomed.end();
    }

    @Validate
    public void nobodyIsLeft() {
        check(lock.isIdle(), "somebody is inside, or waits");
    }

    /** What it comes to. */
    public static class Sequential {

        private boolean ended;
        private int count;

        public String enter() {
            return "ENTERED " + count++;
        }

        public String enterDoomed() {
            return ended ? REFUSED : enter();
        }

        public boolean end() {
            boolean first = !ended;
            ended = true;
            return first;
        }
    }
}
