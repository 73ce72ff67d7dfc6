package io.ownedlock.spring.autoconfigure;

import java.time.Duration;
import org.springframework.boot.convert.DurationStyle;

/** A property can be read but makes no sense. */
final class InvalidPropertyException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String property;
    private final String mend;

    InvalidPropertyException(String property, Object value, String why, String mend) {
        super("The value of '" + property + "' is " + text(value) + ", but " + why + ".");
        this.property = property;
        this.mend = mend;
    }

    private static String text(Object value) {
        return value instanceof Duration duration ? DurationStyle.SIMPLE.print(duration) : value.toString();
    }

    String property() {
        return property;
    }

    String mend() {
        return mend;
    }
}
