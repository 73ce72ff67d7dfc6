package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 3, unit = TimeUnit.MINUTES) // The actors have less, and say the seed.
class StormTest {

    private static final int DEATHS = Storm.deaths(10_000);

    @Test
    void breaking() {
        Storm storm = new Storm(LockSettings.DEFAULTS, StormTest::daemon, DEATHS);
        storm.blow();
        assertThat(storm.broken())
                .as("a storm that breaks nobody tests nothing")
                .isPositive();
    }

    @Test
    void breakingFair() {
        Storm storm = new Storm(LockSettings.DEFAULTS.withFair(true), StormTest::daemon, DEATHS);
        storm.blow();
        assertThat(storm.broken()).isPositive();
    }

    @Test
    void handingOver() {
        for (boolean fair : List.of(true, false)) {
            LockSettings settings =
                    LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.HAND_OVER).withFair(fair);
            Storm storm = new Storm(settings, StormTest::daemon, DEATHS / 2);
            storm.blow();
            assertThat(storm.broken()).isZero();
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }
}
