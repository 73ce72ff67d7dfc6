package io.ownedlock.spring.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.spring.Eventually;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockTaskAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockWatchdogAutoConfiguration;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.util.CustomizableThreadCreator;

class ScheduledTasksTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    TaskExecutionAutoConfiguration.class,
                    TaskSchedulingAutoConfiguration.class,
                    OwnedLockAutoConfiguration.class,
                    OwnedLockWatchdogAutoConfiguration.class,
                    OwnedLockTaskAutoConfiguration.class))
            .withUserConfiguration(Scheduling.class);

    private ApplicationContextRunner on(boolean virtual) {
        return runner.withPropertyValues("spring.threads.virtual.enabled=" + virtual);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachRunAtARateIsATask(boolean virtual) {
        on(virtual).withBean(AtARate.class).run(context -> assertEachRunIsATask(context.getBean(AtARate.class), "run"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachRunAfterADelayIsATask(boolean virtual) {
        on(virtual)
                .withBean(AfterADelay.class)
                .run(context -> assertEachRunIsATask(context.getBean(AfterADelay.class), "run"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachRunOfACronIsATask(boolean virtual) {
        on(virtual).withBean(Cron.class).run(context -> assertEachRunIsATask(context.getBean(Cron.class), "run"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRunThatComesOnceIsATask(boolean virtual) {
        on(virtual).withBean(Once.class).run(context -> {
            Once bean = context.getBean(Once.class);
            Eventually.until("it has run", () -> bean.runs.size() == 1);
            assertIsATask(bean.runs.get(0), "ScheduledTasksTest.Once.run");
        });
    }

    @ParameterizedTest
    @ValueSource(classes = {ThreadPoolTaskScheduler.class, SimpleAsyncTaskScheduler.class})
    void soItIsOnASchedulerOfTheApplicationsAndTheQualifierCounts(Class<? extends TaskScheduler> type) {
        runner.withBean("plain", ThreadPoolTaskScheduler.class, ThreadPoolTaskScheduler::new)
                .withBean("own", TaskScheduler.class, () -> named(BeanUtils.instantiateClass(type)))
                .withBean(Qualified.class)
                .run(context -> {
                    Qualified bean = context.getBean(Qualified.class);
                    assertEachRunIsATask(bean, "run");
                    assertThat(bean.runs.get(0).info().thread()).startsWith("own-");
                });
    }

    private static TaskScheduler named(TaskScheduler scheduler) {
        ((CustomizableThreadCreator) scheduler).setThreadNamePrefix("own-");
        return scheduler;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAnotherConfigurerRegistersIsNamedAfterItsClass(boolean virtual) {
        List<Task> runs = new CopyOnWriteArrayList<>();
        on(virtual)
                .withBean(
                        SchedulingConfigurer.class,
                        () -> registrar ->
                                registrar.addFixedDelayTask(() -> runs.add(Task.current()), Duration.ofMillis(1)))
                .run(context -> {
                    Eventually.until("it has run", () -> runs.size() > 1);
                    assertIsATask(runs.get(0), "ScheduledTasksTest");
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachRunOfWhatIsGivenToBootsSchedulerIsATaskAndNobodysChild(boolean virtual) {
        List<Task> runs = new CopyOnWriteArrayList<>();
        on(virtual).run(context -> {
            TaskScheduler scheduler = context.getBean("taskScheduler", TaskScheduler.class);
            Task.runInTask(
                    "submitter",
                    () -> scheduler.scheduleAtFixedRate(() -> runs.add(Task.current()), Duration.ofMillis(1)));
            Eventually.until("it has run", () -> runs.size() > 1);
            assertThat(runs.get(0)).isNotSameAs(runs.get(1));
            CompletableFuture<Task> once = new CompletableFuture<>();
            Task.runInTask("submitter", () -> scheduler.schedule(() -> once.complete(Task.current()), Instant.now()));
            for (Task run : List.of(runs.get(0), runs.get(1), once.get(20, TimeUnit.SECONDS))) {
                Eventually.until("the run is over", () -> run.ended() != null);
                assertThat(run.info())
                        .returns(TaskKind.SCHEDULED, TaskInfo::kind)
                        .returns(null, TaskInfo::parent);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRunFailsWithWhatItThrewAndTheNextOneComes(boolean virtual) {
        on(virtual).withBean(Failing.class).run(context -> {
            Failing bean = context.getBean(Failing.class);
            Eventually.until("it has run twice", () -> bean.runs.size() > 1);
            Task first = bean.runs.get(0);
            Eventually.until("the run is over", () -> first.ended() != null);
            assertThat(first.ended().cause()).isEqualTo(TaskEnd.Cause.TOLD);
            assertThat(first.ended().failure()).hasMessage("no ledger");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void switchedOffRunsAreNoTasks(boolean virtual) {
        on(virtual)
                .withPropertyValues("owned-lock.tasks.scheduled=false", "owned-lock.tasks.async=false")
                .withBean(AtARate.class)
                .run(context -> {
                    assertThat(context).doesNotHaveBean(ScheduledRuns.class);
                    AtARate bean = context.getBean(AtARate.class);
                    Eventually.until("it has run", () -> !bean.runs.isEmpty());
                    assertThat(bean.runs.get(0).kind()).isEqualTo(TaskKind.THREAD);
                });
    }

    private static void assertEachRunIsATask(Recording bean, String method) {
        int least = bean instanceof Cron ? 2 : 4;
        Eventually.until("it has run some times", () -> bean.runs.size() >= least);
        List<Task> runs = List.copyOf(bean.runs);
        assertThat(runs).doesNotHaveDuplicates();
        String name = "ScheduledTasksTest." + bean.getClass().getSimpleName() + "." + method;
        runs.forEach(run -> assertIsATask(run, name));
        // Another task around or inside each of them would have used up as many ids again.
        LongSummaryStatistics ids = runs.stream().mapToLong(Task::id).summaryStatistics();
        assertThat(ids.getMax() - ids.getMin()).isLessThan(2L * (runs.size() - 1));
    }

    private static void assertIsATask(Task run, String name) {
        Eventually.until("the run is over", () -> run.ended() != null);
        assertThat(run.info())
                .returns(TaskKind.SCHEDULED, TaskInfo::kind)
                .returns(name, TaskInfo::name)
                .returns(null, TaskInfo::parent);
        assertThat(run.ended().cause()).isEqualTo(TaskEnd.Cause.TOLD);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {}

    abstract static class Recording {

        final List<Task> runs = new CopyOnWriteArrayList<>();

        void record() {
            runs.add(Task.current());
        }
    }

    static class AtARate extends Recording {
        @Scheduled(fixedRate = 20)
        void run() {
            record();
        }
    }

    static class AfterADelay extends Recording {
        @Scheduled(fixedDelay = 20)
        void run() {
            record();
        }
    }

    static class Cron extends Recording {
        @Scheduled(cron = "* * * * * *")
        private void run() {
            record();
        }
    }

    static class Once extends Recording {
        @Scheduled(initialDelay = 1)
        void run() {
            record();
        }
    }

    static class Qualified extends Recording {
        @Scheduled(fixedRate = 20, scheduler = "own")
        void run() {
            record();
        }
    }

    static class Failing extends Recording {
        @Scheduled(fixedRate = 20)
        void run() {
            record();
            throw new IllegalStateException("no ledger");
        }
    }
}
