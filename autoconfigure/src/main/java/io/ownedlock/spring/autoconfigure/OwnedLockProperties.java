package io.ownedlock.spring.autoconfigure;

import io.ownedlock.deadlock.DeadlockPolicy;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOverdue;
import io.ownedlock.sync.OnOwnerEnd;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * The starter's properties.
 *
 * @param enabled Whether to set up OwnedLock. When off, methods annotated with OwnedLock run without a lock.
 * @param defaults Settings of every lock name that has none of its own.
 * @param locks Settings of single lock names, over the defaults. A name that is not of lower-case letters, digits and dashes is
 *     written in brackets, as in "[order.line]".
 * @param deadlock What is done about a wait that can never end, since tasks wait for each other.
 * @param registry How locks are found by name and key.
 * @param watchdog The periodic look at the owners of locks, which finds those that ended without a word.
 * @param log The lines about incidents.
 * @param events Incidents as application events.
 * @param shutdown What becomes of those who wait when the application shuts down.
 * @param jfr Locks in recordings of the JDK's Flight Recorder.
 * @param tracing Tasks and distributed traces.
 * @param integration Locks for Spring Integration.
 */
@ConfigurationProperties("owned-lock")
record OwnedLockProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue Settings defaults,
        @DefaultValue Map<String, Settings> locks,
        @DefaultValue("throw") DeadlockPolicy deadlock,
        @DefaultValue Registry registry,
        @DefaultValue Watchdog watchdog,
        @DefaultValue Log log,
        @DefaultValue Events events,
        @DefaultValue Shutdown shutdown,
        @DefaultValue Jfr jfr,
        @DefaultValue Tracing tracing,
        @DefaultValue Integration integration) {

    OwnedLockProperties {
        defaults.validate("owned-lock.defaults");
        locks.forEach((name, settings) -> settings.validate(prefixOf(name)));
        if (registry.maxKeys() < 1) {
            throw new InvalidPropertyException(
                    "owned-lock.registry.max-keys",
                    registry.maxKeys(),
                    "it must be positive",
                    "Set it to how many keys of one name may be in use at a time, or remove it for the default.");
        }
        if (watchdog.interval().isNegative() || watchdog.interval().isZero()) {
            throw new InvalidPropertyException(
                    "owned-lock.watchdog.interval",
                    watchdog.interval(),
                    "it must be positive",
                    "Set it to a positive duration such as 1s. To do without the watchdog, set"
                            + " owned-lock.watchdog.enabled to false.");
        }
        if (log.maxPerMinute() < 0) {
            throw new InvalidPropertyException(
                    "owned-lock.log.max-per-minute",
                    log.maxPerMinute(),
                    "it must not be negative",
                    "Set it to a number, or to 0 for no line at all. Remove it for the default.");
        }
        if (integration.name().isBlank()) {
            throw new InvalidPropertyException(
                    "owned-lock.integration.name",
                    integration.name(),
                    "it must not be blank",
                    "Set it to a name for these locks, or remove it for the default.");
        }
    }

    /** As it has to be written: what is not uniform is read in brackets only. */
    private static String prefixOf(String name) {
        boolean plain = !name.contains(".") && ConfigurationPropertyName.isValid(name);
        return "owned-lock.locks" + (plain ? "." + name : "[" + name + "]");
    }

    /** The settings of names without settings of their own. */
    LockSettings defaultSettings() {
        return defaults.over(LockSettings.DEFAULTS);
    }

    /**
     * The settings of locks; what is not set for one name is as in the defaults.
     *
     * @param onOwnerEnd What becomes of a lock whose owner ended and still held it.
     * @param waitAtMost How long a caller that names no time itself is willing to wait. As long as it takes unless set.
     * @param fair Whether nobody may overtake those who wait.
     * @param reentrant Whether the owner may take the lock again.
     * @param maxWaiters How many may wait at a time; the next one is refused. As many as come unless set.
     * @param holdAtMost How long an owner may hold the lock before it is overdue. As long as it likes unless set.
     * @param onOverdue What happens when an owner is overdue; it keeps the lock either way.
     * @param endingGrace How long a thread may stay inside after its task was told to end, before the lock is sealed.
     * @param captureSite Whether to note where in the code an owner has acquired the lock, for errors and logs to name. Each
     *     acquisition then walks the stack. Off unless set.
     */
    record Settings(
            @Nullable OnOwnerEnd onOwnerEnd,
            @Nullable Duration waitAtMost,
            @Nullable Boolean fair,
            @Nullable Boolean reentrant,
            @Nullable Integer maxWaiters,
            @Nullable Duration holdAtMost,
            @Nullable OnOverdue onOverdue,
            @Nullable Duration endingGrace,
            @Nullable Boolean captureSite) {

        private void validate(String prefix) {
            requireNotNegative(prefix + ".wait-at-most", waitAtMost);
            requireNotNegative(prefix + ".hold-at-most", holdAtMost);
            requireNotNegative(prefix + ".ending-grace", endingGrace);
            if (maxWaiters != null && maxWaiters < 0) {
                throw new InvalidPropertyException(
                        prefix + ".max-waiters",
                        maxWaiters,
                        "it must not be negative",
                        "Set it to a number, or to 0 for not waiting at all. Remove it to let as many wait as come.");
            }
        }

        private static void requireNotNegative(String property, @Nullable Duration value) {
            if (value != null && value.isNegative()) {
                throw new InvalidPropertyException(
                        property,
                        value,
                        "it must not be negative",
                        "Set it to a duration such as 5s, or to 0s for no time at all. Remove it for the default.");
            }
        }

        LockSettings over(LockSettings base) {
            return new LockSettings(
                    onOwnerEnd == null ? base.onOwnerEnd() : onOwnerEnd,
                    waitAtMost == null ? base.waitAtMost() : waitAtMost,
                    fair == null ? base.fair() : fair,
                    reentrant == null ? base.reentrant() : reentrant,
                    maxWaiters == null ? base.maxWaiters() : maxWaiters,
                    holdAtMost == null ? base.holdAtMost() : holdAtMost,
                    onOverdue == null ? base.onOverdue() : onOverdue,
                    endingGrace == null ? base.endingGrace() : endingGrace,
                    captureSite == null ? base.captureSite() : captureSite);
        }
    }

    /**
     * The registry.
     *
     * @param maxKeys How many keys of one name may be in use at a time; another one is refused. A lock that nobody uses
     *     counts for two rounds of the watchdog.
     */
    record Registry(@DefaultValue("100000") int maxKeys) {}

    /**
     * The watchdog.
     *
     * @param enabled Whether to run the watchdog. Without it, waiters of a lock whose owner thread died are told only when
     *     somebody else looks at the lock. Ends that were missed are not found. Owners that are overdue or stuck are not told of, and
     *     their locks not sealed: hold-at-most, on-overdue and ending-grace have no effect but for the count in health. No key is
     *     ever forgotten, so registry.max-keys fills up.
     * @param interval Time from the end of one round to the start of the next.
     */
    record Watchdog(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("1s") Duration interval) {}

    /**
     * The log.
     *
     * @param maxPerMinute How many lines of one kind about one lock name there may be in a minute; the next line says how many
     *     were left out. 0 for no line at all.
     */
    record Log(@DefaultValue("60") int maxPerMinute) {}

    /**
     * The events.
     *
     * @param enabled Whether to publish incidents as application events.
     */
    record Events(@DefaultValue("true") boolean enabled) {}

    /**
     * The shutdown.
     *
     * @param enabled Whether to tell those who still wait for a lock when four fifths of
     *     spring.lifecycle.timeout-per-shutdown-phase are up. When off, they wait until their threads are interrupted.
     */
    record Shutdown(@DefaultValue("true") boolean enabled) {}

    /**
     * The Flight Recorder.
     *
     * @param enabled Whether waits, holds, breaks and deadlocks are events of the JDK's Flight Recorder, for whoever records.
     */
    record Jfr(@DefaultValue("true") boolean enabled) {}

    /**
     * Tracing.
     *
     * @param enabled Whether errors, logs and the endpoint name the trace that a lock's owner is part of.
     */
    record Tracing(@DefaultValue("true") boolean enabled) {}

    /**
     * Spring Integration.
     *
     * @param enabled Whether there is a lock registry of Spring Integration's type, unless the application has one.
     * @param name The name of its locks; their keys are what Spring Integration locks.
     */
    record Integration(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("spring-integration") String name) {}
}
