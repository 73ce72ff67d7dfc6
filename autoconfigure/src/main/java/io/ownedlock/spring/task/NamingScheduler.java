package io.ownedlock.spring.task;

import io.ownedlock.task.TaskKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.SchedulingAwareRunnable;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;

/** Another scheduler, in front of which each run becomes a task with a name. */
final class NamingScheduler implements TaskScheduler {

    private final TaskScheduler scheduler;

    NamingScheduler(TaskScheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    public Clock getClock() {
        return scheduler.getClock();
    }

    @Override
    public @Nullable ScheduledFuture<?> schedule(Runnable task, Trigger trigger) {
        return scheduler.schedule(new Named(task), trigger);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, Instant startTime) {
        return scheduler.schedule(new Named(task), startTime);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Instant startTime, Duration period) {
        return scheduler.scheduleAtFixedRate(new Named(task), startTime, period);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Duration period) {
        return scheduler.scheduleAtFixedRate(new Named(task), period);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Instant startTime, Duration delay) {
        return scheduler.scheduleWithFixedDelay(new Named(task), startTime, delay);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Duration delay) {
        return scheduler.scheduleWithFixedDelay(new Named(task), delay);
    }

    /** To the scheduler it is what it runs: the choice of one among several depends on the qualifier. */
    private record Named(Runnable work) implements SchedulingAwareRunnable {

        @Override
        public void run() {
            Run.<@Nullable Object, RuntimeException>named(Names.ofScheduled(work), TaskKind.SCHEDULED, () -> {
                work.run();
                return null;
            });
        }

        @Override
        public boolean isLongLived() {
            return work instanceof SchedulingAwareRunnable aware && aware.isLongLived();
        }

        @Override
        public @Nullable String getQualifier() {
            return work instanceof SchedulingAwareRunnable aware ? aware.getQualifier() : null;
        }

        @Override
        public String toString() {
            return work.toString();
        }
    }
}
