package io.ownedlock.spring.autoconfigure;

import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The starter's properties.
 *
 * @param enabled Whether to set up OwnedLock. When off, methods annotated with OwnedLock run without a lock.
 * @param defaults Settings of every lock name that has none of its own.
 * @param locks Settings of single lock names, over the defaults. A name with a dot is written in brackets, as in
 *     "[order.line]".
 * @param watchdog The periodic look at the owners of locks, which finds those that ended without a word.
 */
@ConfigurationProperties("owned-lock")
record OwnedLockProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue Defaults defaults,
        @DefaultValue Map<String, Lock> locks,
        @DefaultValue Watchdog watchdog) {

    OwnedLockProperties {
        requireNotNegative("owned-lock.defaults.wait-at-most", defaults.waitAtMost());
        locks.forEach(
                (name, lock) -> requireNotNegative("owned-lock.locks." + name + ".wait-at-most", lock.waitAtMost()));
        if (watchdog.interval().isNegative() || watchdog.interval().isZero()) {
            throw new InvalidPropertyException(
                    "owned-lock.watchdog.interval",
                    watchdog.interval(),
                    "it must be positive",
                    "Set it to a positive duration such as 1s. To do without the watchdog, set"
                            + " owned-lock.watchdog.enabled to false.");
        }
    }

    private static void requireNotNegative(String property, @Nullable Duration value) {
        if (value != null && value.isNegative()) {
            throw new InvalidPropertyException(
                    property,
                    value,
                    "it must not be negative",
                    "Set it to a duration such as 5s, or to 0s for not waiting at all. Remove it to wait as long as it takes.");
        }
    }

    /**
     * The settings of names without settings of their own.
     *
     * @param onOwnerEnd What becomes of a lock whose owner ended and still held it.
     * @param waitAtMost How long a caller that names no time itself is willing to wait. As long as it takes by default.
     */
    record Defaults(
            @DefaultValue("break") OnOwnerEnd onOwnerEnd,
            @Nullable Duration waitAtMost) {

        LockSettings settings() {
            return new LockSettings(onOwnerEnd, waitAtMost);
        }
    }

    /**
     * The settings of one name; what is not set is as in the defaults.
     *
     * @param onOwnerEnd What becomes of a lock of this name whose owner ended and still held it.
     * @param waitAtMost How long a caller that names no time itself is willing to wait for a lock of this name.
     */
    record Lock(@Nullable OnOwnerEnd onOwnerEnd, @Nullable Duration waitAtMost) {

        LockSettings settings(LockSettings defaults) {
            return new LockSettings(
                    onOwnerEnd == null ? defaults.onOwnerEnd() : onOwnerEnd,
                    waitAtMost == null ? defaults.waitAtMost() : waitAtMost);
        }
    }

    /**
     * The watchdog.
     *
     * @param enabled Whether to run the watchdog. Without it, waiters of a lock whose owner thread died are told only when
     *     somebody else looks at the lock.
     * @param interval Time from the end of one round to the start of the next.
     */
    record Watchdog(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("1s") Duration interval) {}
}
