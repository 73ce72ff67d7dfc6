package io.ownedlock.spring.watchdog;

import static java.util.Objects.requireNonNull;

import io.ownedlock.watchdog.Watchdog;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.config.FixedDelayTask;
import org.springframework.scheduling.config.ScheduledTask;
import org.springframework.scheduling.config.ScheduledTaskHolder;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;

/**
 * Runs the watchdog's rounds as long as the application runs. It starts before anything can take a lock and stops after
 * everything that may hold one, a server that drains its last requests included. Shown by {@code /actuator/scheduledtasks}.
 */
public final class WatchdogLifecycle implements SmartLifecycle, ScheduledTaskHolder {

    /** Early to start, late to stop; its scheduler must be in this phase, or before it. */
    public static final int PHASE = Integer.MIN_VALUE + 1024;

    /** Below this, a busy machine and a stalled watchdog look the same. */
    private static final Duration LEAST_STALL = Duration.ofSeconds(5);

    private final Watchdog watchdog;
    private final TaskScheduler scheduler;
    private final Duration interval;
    private volatile @Nullable ScheduledTask rounds;

    /**
     * Makes it, not started yet.
     *
     * @param scheduler runs the rounds; should serve nobody else, since whoever else it serves may be waiting for a lock
     * @param interval from the end of one round to the start of the next
     */
    public WatchdogLifecycle(Watchdog watchdog, TaskScheduler scheduler, Duration interval) {
        this.watchdog = requireNonNull(watchdog, "watchdog");
        this.scheduler = requireNonNull(scheduler, "scheduler");
        this.interval = requireNonNull(interval, "interval");
    }

    @Override
    public void start() {
        if (rounds == null) {
            ScheduledTaskRegistrar registrar = new ScheduledTaskRegistrar();
            registrar.setTaskScheduler(scheduler);
            rounds = registrar.scheduleFixedDelayTask(new FixedDelayTask(watchdog, interval, Duration.ZERO));
        }
    }

    @Override
    public void stop() {
        ScheduledTask running = rounds;
        rounds = null;
        if (running != null) {
            running.cancel();
        }
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
        ScheduledTask running = rounds;
        return running == null ? Set.of() : Set.of(running);
    }
}
