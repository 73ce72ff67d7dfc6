package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.task.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A writer ends and has not released, while a reader comes to park. */
@JCStressTest
@Outcome(id = "BROKEN, QUEUED", expect = ACCEPTABLE_INTERESTING, desc = "told before it slept")
@Outcome(id = "BROKEN, SLEPT", expect = ACCEPTABLE_INTERESTING, desc = "told while it slept")
@Outcome(id = "INHERITED, AT_ONCE", expect = ACCEPTABLE_INTERESTING, desc = "came after the end")
@Outcome(id = "INHERITED, QUEUED", expect = ACCEPTABLE, desc = "came before the end, joined the line after it")
@Outcome(expect = FORBIDDEN, desc = "sleeps on, or does not know")
@State
public class WriterEndAgainstReader extends Scene {

    private final TaskReadWriteLock lock = TaskReadWriteLock.create(id(), onOwnerEnd(OnOwnerEnd.BREAK), environment());
    private final Task writer = task("writer");
    private final Task reader = task("reader");

    public WriterEndAgainstReader() {
        in(writer, () -> lock.writeLock().acquire());
    }

    @Actor
    public void end() {
        meetAndTarry();
        writer.end();
    }

    @Actor
    public void read(LL_Result result) {
        meet();
        result.r1 = in(reader, () -> fate(() -> lock.readLock().acquire()));
        result.r2 = sleep.depth();
    }
}
