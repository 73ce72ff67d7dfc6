package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** One task writes two plain fields while another reads them: it sees both or neither. */
@JCStressTest
@Outcome(id = "0, 0, true", expect = ACCEPTABLE_INTERESTING, desc = "read before it was written")
@Outcome(id = "1, 1, true", expect = ACCEPTABLE_INTERESTING, desc = "read after it was written")
@Outcome(expect = FORBIDDEN, desc = "read while it was written, or somebody is lost")
@State
public class WriterAgainstReader extends Scene {

    private final TaskReadWriteLock lock = TaskReadWriteLock.create(id(), BARGING, environment());
    private final Task writer = task("writer");
    private final Task reader = task("reader");
    private int left;
    private int right;

    @Actor
    public void write() {
        meetAndTarry();
        in(writer, this::writeBoth);
    }

    private int writeBoth() {
        try (Hold hold = lock.writeLock().acquire()) {
            left = 1;
            Thread.onSpinWait();
            right = 1;
            return right;
        }
    }

    @Actor
    public void read(LLL_Result result) {
        meetAndTarry();
        try (Attachment inside = reader.attach();
                Hold hold = lock.readLock().acquire()) {
            result.r1 = left;
            result.r2 = right;
        }
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r3 = lock.isIdle() && !sleep.isLost();
    }
}
