package io.ownedlock.time;

import java.time.Instant;

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

    /** The JVM's own clocks. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
