package io.ownedlock.races.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ownedlock.sync.TaskLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * Two look up one key at the same time. The lock may be new to both, or known to the registry and idle, so that it is let go of, and
 * perhaps collected as garbage meanwhile.
 */
@JCStressTest
@Outcome(id = "SAME, new, 1", expect = ACCEPTABLE_INTERESTING, desc = "made once")
@Outcome(id = "SAME, known, 1", expect = ACCEPTABLE_INTERESTING, desc = "let go of, and kept again")
@Outcome(id = "SAME, collected, 1", expect = ACCEPTABLE_INTERESTING, desc = "let go of, collected, and made anew once")
@Outcome(expect = FORBIDDEN, desc = "two locks of one key")
@State
public class ObtainAgainstObtain extends Registered {

    private TaskLock first;
    private TaskLock second;

    @Actor
    public void first() {
        meet();
        first = registry.obtain("order", 42);
    }

    @Actor
    public void second() {
        meet();
        second = registry.obtain("order", 42);
    }

    @Arbiter
    public void rest(LLL_Result result) {
        result.r1 = first == second && first == registry.obtain("order", 42) ? "SAME" : "DIFFERENT";
        result.r2 = past(first);
        result.r3 = registry.size();
    }
}
