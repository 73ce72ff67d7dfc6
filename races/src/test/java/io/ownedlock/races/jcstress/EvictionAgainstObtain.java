package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.TaskLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A lock is looked up and kept while the registry lets go of the idle: it stays the lock of its key. */
@JCStressTest
@Outcome(id = "SAME, new, 1", expect = ACCEPTABLE, desc = "made once")
@Outcome(id = "SAME, known, 1", expect = ACCEPTABLE_INTERESTING, desc = "let go of, and kept again")
@Outcome(id = "SAME, collected, 1", expect = ACCEPTABLE_INTERESTING, desc = "let go of, collected, and made anew once")
@Outcome(expect = FORBIDDEN, desc = "two locks of one key")
@State
public class EvictionAgainstObtain extends Registered {

    private TaskLock obtained;

    @Actor
    public void evict() {
        meet();
        twoRounds();
    }

    @Actor
    public void obtain() {
        meetAndTarry();
        obtained = registry.obtain("order", 42);
    }

    @Arbiter
    public void rest(LLL_Result result) {
        twoRounds();
        result.r1 = obtained == registry.obtain("order", 42) ? "SAME" : "DIFFERENT";
        result.r2 = past(obtained);
        result.r3 = registry.size();
    }
}
