package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockEnvironment;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A task ends while its future is told that it has the lock. Poisoned is what somebody was told of, and nothing else. */
@JCStressTest
@Outcome(id = "DELIVERED, POISONED", expect = ACCEPTABLE_INTERESTING, desc = "the news was first")
@Outcome(id = "REFUSED, IDLE", expect = ACCEPTABLE_INTERESTING, desc = "the end was first")
@Outcome(expect = FORBIDDEN, desc = "poisoned although nobody was inside, or lost")
@State
public class EndAgainstNews extends Scene {

    private final ConcurrentLinkedQueue<Runnable> errands = new ConcurrentLinkedQueue<>();
    private final TaskLock lock = TaskLock.create(id(), onOwnerEnd(OnOwnerEnd.POISON), environment(errands::add));
    private final Task receiver = task("receiver");
    private final CompletableFuture<Hold> future;

    public EndAgainstNews() {
        try (Hold hold = in(task("owner"), lock::acquire)) {
            future = in(receiver, lock::acquireAsync);
        }
    }

    private LockEnvironment environment(Executor executor) {
        return new LockEnvironment(Ticker.system(), sleep, sleep, executor, List.of());
    }

    @Actor
    public void tell() {
        meetAndTarry();
        errands.forEach(Runnable::run);
    }

    @Actor
    public void end() {
        meet();
        receiver.end();
    }

    @Arbiter
    public void rest(LL_Result result) {
        result.r1 = news(future);
        result.r2 = rest(lock);
    }
}
