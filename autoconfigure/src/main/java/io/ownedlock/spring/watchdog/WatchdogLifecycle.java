package io.ownedlock.spring.watchdog;

import static java.util.Objects.requireNonNull;

import io.ownedlock.watchdog.Watchdog;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.scheduling.config.FixedDelayTask;
import org.springframework.scheduling.config.ScheduledTask;
import org.springframework.scheduling.config.ScheduledTaskHolder;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;

/**
 * Runs the watchdog's rounds as long as the application runs. It starts before anything can take a lock and stops after
 * everything that may hold one, a server that drains its last requests included. Shown by {@code /actuator/scheduledtasks}.
 *
 * <p>The rounds are run by a thread of its own, since the only one of the application's scheduler may itself be waiting for a lock. A
 * thread of the operating system: a virtual one waits for a carrier, and those may all be pinned by who waits. Its scheduler is no bean:
 * whoever asks for "the" scheduler or executor of the application would be given it, if there is no other.
 */
public final class WatchdogLifecycle implements SmartLifecycle, ScheduledTaskHolder, DisposableBean {

    /** Early to start, late to stop. */
    public static final int PHASE = Integer.MIN_VALUE + 1024;

    /** Below this, a busy machine and a stalled watchdog look the same. */
    private static final Duration LEAST_STALL = Duration.ofSeconds(5);

    private final Watchdog watchdog;
    private final Duration interval;
    private volatile @Nullable Rounds rounds;

    private record Rounds(ThreadPoolTaskScheduler scheduler, ScheduledTask task) {}

    /**
     * Makes it, not started yet.
     *
     * @param interval from the end of one round to the start of the next
     */
    public WatchdogLifecycle(Watchdog watchdog, Duration interval) {
        this.watchdog = requireNonNull(watchdog, "watchdog");
        this.interval = requireNonNull(interval, "interval");
    }

    @Override
    public void start() {
        if (rounds == null) {
            ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
            scheduler.setThreadNamePrefix("owned-lock-watchdog-");
            scheduler.setDaemon(true);
            scheduler.initialize();
            ScheduledTaskRegistrar registrar = new ScheduledTaskRegistrar();
            registrar.setTaskScheduler(scheduler);
            rounds = new Rounds(
                    scheduler,
                    requireNonNull(
                            registrar.scheduleFixedDelayTask(new FixedDelayTask(watchdog, interval, Duration.ZERO))));
        }
    }

    @Override
    public void stop() {
        Rounds running = rounds;
        rounds = null;
        if (running != null) {
            running.scheduler().shutdown();
        }
    }

    /** An application whose start fails late is not stopped before its beans are destroyed. */
    @Override
    public void destroy() {
        stop();
    }

    @Override
    public boolean isRunning() {
        return rounds != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Whether rounds should be run and none has been finished for five intervals, or for five seconds if that is longer. */
    public boolean isStalled() {
        Duration patience = interval.multipliedBy(5);
        return isRunning()
                && watchdog.sinceLastRound().compareTo(patience.compareTo(LEAST_STALL) < 0 ? LEAST_STALL : patience)
                        > 0;
    }

    @Override
    public Set<ScheduledTask> getScheduledTasks() {
        Rounds running = rounds;
        return running == null ? Set.of() : Set.of(running.task());
    }
}
