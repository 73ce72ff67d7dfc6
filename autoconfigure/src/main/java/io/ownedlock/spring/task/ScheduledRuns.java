package io.ownedlock.spring.task;

import io.ownedlock.task.TaskKind;
import org.springframework.core.Ordered;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;

/**
 * Makes each run of what is registered for scheduling a task of kind {@link TaskKind#SCHEDULED SCHEDULED}, named after its method: of
 * methods that are {@link Scheduled}, and of what other configurers register. Whichever scheduler runs it, since this stands in
 * front of the choice of one.
 *
 * <p>Comes last, after those that say which scheduler it is to be.
 */
public final class ScheduledRuns implements SchedulingConfigurer, Ordered {

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        TaskScheduler scheduler = registrar.getScheduler();
        if (scheduler != null) {
            registrar.setTaskScheduler(new NamingScheduler(scheduler));
        }
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }
}
