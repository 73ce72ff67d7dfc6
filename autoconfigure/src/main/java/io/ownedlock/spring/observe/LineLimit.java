package io.ownedlock.spring.observe;

import io.ownedlock.time.Ticker;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Lets so many lines of one kind about one name through in a minute, which begins with the first of them, and counts the others. Keeps
 * a few bytes for each name and kind that there ever was a line of; names are few, as keys are not.
 */
final class LineLimit {

    /** What {@link #admit} says of a line that must not be logged. */
    static final int NOT_NOW = -1;

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private record Line(String name, Enum<?> kind) {}

    private final int perMinute;
    private final Ticker ticker;
    private final Map<Line, Window> windows = new ConcurrentHashMap<>();

    LineLimit(int perMinute, Ticker ticker) {
        this.perMinute = perMinute;
        this.ticker = ticker;
    }

    /** How many were swallowed since the last line that was let through, or {@link #NOT_NOW}. */
    int admit(String name, Enum<?> kind) {
        return perMinute == 0
                ? NOT_NOW
                : windows.computeIfAbsent(new Line(name, kind), absent -> new Window())
                        .admit();
    }

    private final class Window {

        private long since = ticker.nanos();
        private int admitted;
        private int swallowed;

        synchronized int admit() {
            long now = ticker.nanos();
            if (now - since >= MINUTE) {
                since = now;
                admitted = 0;
            }
            if (admitted == perMinute) {
                swallowed++;
                return NOT_NOW;
            }
            admitted++;
            int before = swallowed;
            swallowed = 0;
            return before;
        }
    }
}
