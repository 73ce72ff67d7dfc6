package io.ownedlock.spring.shutdown;

import static java.util.Objects.requireNonNull;

import io.ownedlock.registry.LockRegistry;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Shuts the lock registry down when the application closes: while its last work is waited for, whoever waits for a lock goes on
 * waiting, since the owner may be done in time. When four fifths of that time are up, those left are told, so that they can still
 * answer in the last one. If the work is done before that, the registry is shut down with the other beans.
 *
 * <p>Holds nothing up. An application context that is only stopped or paused, to be started again, is not closed, and keeps its locks as
 * they are.
 */
public final class ShutdownLifecycle
        implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, DisposableBean {

    private static final double SHARE = 0.8;

    private final LockRegistry registry;
    private final ApplicationContext context;
    private final int phase;
    private final Duration atMost;
    private volatile boolean running;
    private volatile boolean closing;
    private volatile @Nullable ScheduledExecutorService timer;

    /**
     * Makes it, not started yet.
     *
     * @param phase that in which the last work is waited for
     * @param atMost how long that may take
     */
    public ShutdownLifecycle(LockRegistry registry, ApplicationContext context, int phase, Duration atMost) {
        this.registry = requireNonNull(registry, "registry");
        this.context = requireNonNull(context, "context");
        this.phase = phase;
        this.atMost = requireNonNull(atMost, "atMost");
    }

    /** Comes before the first lifecycle is stopped. A context beneath this one tells of its own end here, too. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        closing |= event.getApplicationContext() == context;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        if (closing && timer == null) {
            CustomizableThreadFactory threads = new CustomizableThreadFactory("owned-lock-shutdown-");
            threads.setDaemon(true);
            ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(threads);
            timer = clock;
            clock.schedule(registry::shutDown, (long) (atMost.toMillis() * SHARE), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }

    @Override
    public void destroy() {
        ScheduledExecutorService clock = timer;
        if (clock != null) {
            clock.shutdownNow();
        }
        registry.shutDown();
    }
}
