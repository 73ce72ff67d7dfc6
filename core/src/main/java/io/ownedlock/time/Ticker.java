package io.ownedlock.time;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Where time comes from. Waits and holds are measured with {@link #nanos()}, and {@link #now()} tells people when something
 * happened. A one-method clock that tests can drive is an idea of Guava's and Caffeine's {@code Ticker}.
 *
 * <p>Implementations must be safe for use by many threads, and must neither block nor throw.
 */
public interface Ticker {

    /** Nanoseconds since an arbitrary origin; never goes back, and only differences mean anything. */
    long nanos();

    /** The wall-clock time, for people; it may jump. */
    Instant now();

    /** When {@link #nanos()} was this, as the clocks stand now: for people, who do not read nanoseconds, to the millisecond. */
    default Instant instantOf(long nanos) {
        return now().minusNanos(nanos() - nanos).truncatedTo(ChronoUnit.MILLIS);
    }

    /** The JVM's own clocks. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
