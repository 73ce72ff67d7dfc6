package io.ownedlock.spring.observe;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.watchdog.WatchdogLifecycle;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * The state of the locks in numbers, without names, keys or anything of a request. UP, also after a lock was broken, since that
 * one serves on; {@link #DEGRADED} while a lock is poisoned, sealed or held for longer
 * than it may be, or the watchdog stalls.
 */
public final class OwnedLocksHealthIndicator extends AbstractHealthIndicator {

    /**
     * Somebody should look, but the application works. Boot does not know this status: it is answered with 200, and the status of
     * the whole stays as it is, unless the application puts it into {@code management.endpoint.health.status}.
     */
    public static final Status DEGRADED = new Status("DEGRADED");

    private final LockRegistry registry;
    private final Incidents incidents;
    private final @Nullable WatchdogLifecycle watchdog;

    /**
     * Makes it.
     *
     * @param watchdog {@code null} if there is none
     */
    public OwnedLocksHealthIndicator(LockRegistry registry, Incidents incidents, @Nullable WatchdogLifecycle watchdog) {
        super("The locks could not be counted");
        this.registry = registry;
        this.incidents = incidents;
        this.watchdog = watchdog;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Census census = Census.sum(Census.byName(registry).values());
        boolean stalled = watchdog != null && watchdog.isStalled();
        builder.status(census.isTroubled() || stalled ? DEGRADED : Status.UP)
                .withDetail("locks", census.locks())
                .withDetail("held", census.held())
                .withDetail("waiting", census.waiting())
                .withDetail("poisoned", census.poisoned())
                .withDetail("sealed", census.sealed())
                .withDetail("overdue", census.overdue())
                .withDetail("incidents", incidents.count());
        Instant last = incidents.last();
        if (last != null) {
            builder.withDetail("lastIncident", last.toString());
        }
        builder.withDetail(
                "watchdog", stalled ? "stalled" : watchdog != null && watchdog.isRunning() ? "running" : "off");
    }
}
