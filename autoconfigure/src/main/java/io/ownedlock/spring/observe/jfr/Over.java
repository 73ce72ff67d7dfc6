package io.ownedlock.spring.observe.jfr;

import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import jdk.jfr.SettingControl;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** How long something must have taken to be recorded, as {@code 20 ms}: what a threshold is to events that have a beginning. */
final class Over extends SettingControl {

    /** That of the JDK's own events for locks. */
    private static final String DEFAULT = "20 ms";

    private volatile String value = DEFAULT;
    private volatile long nanos = nanos(DEFAULT);
    private volatile String combined = DEFAULT;

    boolean isReachedBy(long taken) {
        return taken >= nanos;
    }

    /** Of several recordings at a time, the one that wants the most. */
    @Override
    public String combine(Set<String> values) {
        combined = values.stream()
                .filter(Over::isTime)
                .min(Comparator.comparingLong(Over::nanos))
                .orElse(DEFAULT);
        return combined;
    }

    /** @param text {@code null} for what was combined last: JDK 17 loses it on the way */
    @Override
    public void setValue(@Nullable String text) {
        String wanted = text == null ? combined : text;
        value = isTime(wanted) ? wanted : DEFAULT;
        nanos = nanos(value);
    }

    @Override
    public String getValue() {
        return value;
    }

    private static boolean isTime(String text) {
        try {
            return nanos(text) >= 0;
        } catch (IllegalArgumentException | ArithmeticException e) {
            return false;
        }
    }

    /** The recorder's units are Boot's, but for the blank. */
    private static long nanos(String text) {
        Duration parsed = DurationStyle.SIMPLE.parse(text.replace(" ", ""));
        return parsed.toNanos();
    }
}
