package io.ownedlock.spring.aop;

import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.OwnedLock.Mode;
import io.ownedlock.spring.OwnedLock.WhenHeld;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.expression.ParseException;
import org.springframework.util.StringValueResolver;

/** Reads one annotation: what it asks for at each call, and what it says of all locks of its name. */
final class OperationReader {

    private final StringValueResolver placeholders;
    private final Predicate<String> isKnown;
    private final NameSettings settings;

    /** @param isKnown whether a lock may have this name */
    OperationReader(StringValueResolver placeholders, Predicate<String> isKnown, NameSettings settings) {
        this.placeholders = placeholders;
        this.isKnown = isKnown;
        this.settings = settings;
    }

    /**
     * Reads it.
     *
     * @param wrong is told what is wrong, and how to mend it
     * @return {@code null} if there is no name
     */
    @Nullable LockOperation read(
            OwnedLock annotation, Method method, String where, String label, BiConsumer<String, String> wrong) {
        String name = name(annotation, wrong);
        Duration waitAtMost = duration("waitAtMost", annotation.waitAtMost(), wrong);
        Duration holdAtMost = duration("holdAtMost", annotation.holdAtMost(), wrong);
        if (annotation.whenHeld() != WhenHeld.WAIT && waitAtMost != null) {
            wrong.accept(
                    "it has a waitAtMost, and whenHeld = " + annotation.whenHeld() + " does not wait",
                    "Remove one of the two.");
        }
        KeyExpression key = key(annotation.key(), method, wrong);
        if (name == null) {
            return null;
        }
        new Saying(name, where, wrong).say(annotation, holdAtMost);
        return new LockOperation(label, name, key, annotation.mode(), annotation.whenHeld(), waitAtMost);
    }

    private @Nullable String name(OwnedLock annotation, BiConsumer<String, String> wrong) {
        String name = resolve("name", annotation.name(), wrong);
        if (name == null) {
            return null;
        }
        if (name.isBlank()) {
            wrong.accept("it needs a name", "Say what kind of lock it is, as in @OwnedLock(\"order\").");
            return null;
        }
        if (!isKnown.test(name)) {
            wrong.accept(
                    "there is no owned-lock.locks." + name + ", and owned-lock.aspect.strict wants one for each name",
                    "Correct the name, or add it to owned-lock.locks.");
        }
        return name;
    }

    private static @Nullable KeyExpression key(String text, Method method, BiConsumer<String, String> wrong) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            if (text.isBlank()) {
                throw new IllegalArgumentException("it is blank");
            }
            return KeyExpression.parse(text, method);
        } catch (IllegalArgumentException | ParseException e) {
            wrong.accept(
                    "its key \"" + text + "\" does not work: " + e.getMessage(),
                    "A key is a SpEL expression that reads arguments, such as #orderId or #order.id.");
            return null;
        }
    }

    private @Nullable Duration duration(String attribute, String text, BiConsumer<String, String> wrong) {
        String resolved = resolve(attribute, text, wrong);
        if (resolved == null || resolved.isBlank()) {
            return null;
        }
        String mend = "Set it to a duration such as 500ms or 5s, or remove it.";
        try {
            Duration duration = DurationStyle.detectAndParse(resolved);
            if (!duration.isNegative()) {
                return duration;
            }
            wrong.accept(attribute + " must not be negative, but is " + resolved, mend);
        } catch (IllegalArgumentException e) {
            wrong.accept(attribute + " is no duration, but \"" + resolved + "\"", mend);
        }
        return null;
    }

    private @Nullable String resolve(String attribute, String text, BiConsumer<String, String> wrong) {
        try {
            return placeholders.resolveStringValue(text);
        } catch (IllegalArgumentException e) {
            wrong.accept(attribute + " cannot be resolved: " + e.getMessage(), "Define the property, or correct it.");
            return null;
        }
    }

    /** What one annotation says of its name. */
    private final class Saying {

        private final String name;
        private final String where;
        private final BiConsumer<String, String> wrong;

        Saying(String name, String where, BiConsumer<String, String> wrong) {
            this.name = name;
            this.where = where;
            this.wrong = wrong;
        }

        void say(OwnedLock annotation, @Nullable Duration holdAtMost) {
            // No setting, but as little two things at once.
            say("kind", annotation.mode() == Mode.EXCLUSIVE ? "a lock" : "a read/write pair", base -> base);
            if (holdAtMost != null) {
                say("holdAtMost", holdAtMost, base -> base.withHoldAtMost(holdAtMost));
            }
            for (boolean fair : atMostOne("fair", annotation.fair(), annotation.fair().length)) {
                say("fair", fair, base -> base.withFair(fair));
            }
            for (OnOwnerEnd policy : atMostOne("onOwnerEnd", annotation.onOwnerEnd(), annotation.onOwnerEnd().length)) {
                say("onOwnerEnd", policy, base -> base.withOnOwnerEnd(policy));
            }
        }

        private <T> T atMostOne(String attribute, T values, int length) {
            if (length > 1) {
                wrong.accept("it has several values of " + attribute, "Leave one.");
            }
            return values;
        }

        private void say(String attribute, Object value, UnaryOperator<LockSettings> change) {
            NameSettings.Said other = settings.say(name, attribute, value, where, change);
            if (other != null && !other.where().equals(where)) {
                wrong.accept(
                        "for '" + name + "' it says " + attribute + " " + value + ", but " + other.where() + " says "
                                + other.value(),
                        "It counts for all locks of the name: say it once, say the same, or use two names.");
            } else if (other != null) {
                wrong.accept(
                        "for '" + name + "' it says " + attribute + " " + other.value() + " and " + value,
                        "It counts for all locks of the name: say it once.");
            }
        }
    }
}
