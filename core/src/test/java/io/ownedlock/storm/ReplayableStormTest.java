package io.ownedlock.storm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random programs for threads that take turns: never are two inside, nobody is overtaken where that is forbidden, nobody waits for ever,
 * and nothing is left behind. What fails names its seed. {@code storm.seed} and {@code storm.count} say which storms blow, and how many.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
class ReplayableStormTest {

    private static final long FIRST = Long.getLong("storm.seed", System.nanoTime());
    private static final int COUNT = Integer.getInteger("storm.count", 300);

    @Test
    void fewKeysAndMuchContention() throws Exception {
        for (long seed = FIRST; seed < FIRST + COUNT; seed++) {
            Storm.narrow(seed).blow();
        }
    }

    @Test
    void thousandsOfKeys() throws Exception {
        for (long seed = FIRST; seed < FIRST + Math.max(1, COUNT / 300); seed++) {
            Storm.wide(seed).blow();
        }
    }

    @Test
    void theSameSeedGoesTheSameWay() throws Exception {
        for (long seed = 1; seed <= 10; seed++) {
            List<String> once = Storm.narrow(seed).history();
            assertThat(once).isNotEmpty().isEqualTo(Storm.narrow(seed).history());
        }
    }
}
