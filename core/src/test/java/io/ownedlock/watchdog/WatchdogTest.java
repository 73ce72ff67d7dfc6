package io.ownedlock.watchdog;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.testing.TestTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchdogTest {

    @Test
    void aThrowingGuardStopsNeitherTheOthersNorTheNextRound() {
        List<String> inspections = new ArrayList<>();
        TestTime time = new TestTime();
        Watchdog watchdog = new Watchdog(
                time,
                List.<Guard>of(
                        () -> inspections.add("before"),
                        () -> {
                            throw new StackOverflowError("on purpose");
                        },
                        new Guard() {
                            @Override
                            public void inspect() {
                                throw new IllegalStateException("on purpose");
                            }

                            @Override
                            public String toString() {
                                throw new OutOfMemoryError("on purpose: it cannot even be said");
                            }
                        },
                        () -> inspections.add("after")));
        watchdog.run();
        watchdog.run();
        assertThat(inspections).containsExactly("before", "after", "before", "after");
    }

    @Test
    void tellsHowLongAgoItsLastRoundWas() {
        TestTime time = new TestTime();
        Watchdog watchdog = new Watchdog(time, List.of());
        time.advance(Duration.ofSeconds(3));
        assertThat(watchdog.sinceLastRound()).isEqualTo(Duration.ofSeconds(3));
        watchdog.run();
        assertThat(watchdog.sinceLastRound()).isZero();
    }
}
