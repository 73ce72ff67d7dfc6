package io.ownedlock.spring.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.Eventually;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockTaskAutoConfiguration;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.interceptor.AsyncUncaughtExceptionHandler;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.task.ThreadPoolTaskExecutorCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.AsyncConfigurer;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

class AsyncTasksTest {

    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    TaskExecutionAutoConfiguration.class,
                    OwnedLockAutoConfiguration.class,
                    OwnedLockTaskAutoConfiguration.class));
    private final ApplicationContextRunner runner = bare.withUserConfiguration(Application.class);

    private ApplicationContextRunner on(boolean virtual) {
        return runner.withPropertyValues("spring.threads.virtual.enabled=" + virtual);
    }

    /** One thread, so that who is on it is in the way. */
    private ApplicationContextRunner onOneThread() {
        return runner.withPropertyValues("spring.task.execution.pool.core-size=1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAsynchronousCallIsATaskBesideItsCallerThatEndsWithItsRun(boolean virtual) {
        on(virtual).run(context -> {
            Shop shop = context.getBean(Shop.class);
            Task caller = Task.start("GET /orders/{id}", TaskKind.REQUEST);
            CompletableFuture<Task> ran;
            try (Attachment ignored = caller.attach()) {
                ran = shop.order();
            }
            caller.end();

            Task task = ended(ran);
            assertThat(task.info())
                    .returns(TaskKind.ASYNC, TaskInfo::kind)
                    .returns("AsyncTasksTest.Shop.order", TaskInfo::name)
                    .returns(caller.label(), TaskInfo::parent);
            assertThat(task.isNestedIn(caller)).isFalse();
            assertThat(task.ended().failure()).isNull();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theCallersLocksExcludeIt(boolean virtual) {
        on(virtual).run(context -> {
            TaskLock lock = context.getBean(LockRegistry.class).obtain("order", 42);
            AsyncTaskExecutor executor = executor(context);
            Task caller = Task.start("caller", TaskKind.REQUEST);
            try (Attachment ignored = caller.attach();
                    Hold hold = lock.acquire()) {
                assertThat(executor.submit(() -> lock.tryLock()).get(20, TimeUnit.SECONDS))
                        .isFalse();
            }
            caller.end();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoWaitsForWhatItLeavesBehindIsToldAtItsEnd(boolean virtual) {
        on(virtual).run(context -> {
            TaskLock lock = context.getBean(LockRegistry.class).obtain("order", 42);
            Gates gates = new Gates();
            context.getBean(Shop.class).leak(lock, gates);
            gates.held.await();
            Call<?> waiter = Call.start(lock::acquire).awaitParked();
            gates.go.countDown();
            assertThat(waiter.thrown())
                    .isInstanceOf(BrokenLockException.class)
                    .hasMessageContaining("AsyncTasksTest.Shop.leak")
                    .hasRootCauseMessage("sold out");
            assertThat(gates.handledIn.get()).as("the handler may want a lock").isTrue();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itFailsWithWhatTheCallThrewThoughAFutureHasSwallowedIt(boolean virtual) {
        on(virtual).run(context -> {
            AtomicReference<Task> ran = new AtomicReference<>();
            IllegalStateException failure = new IllegalStateException("sold out");
            Future<?> future = executor(context).submit((Runnable) () -> {
                ran.set(Task.current());
                throw failure;
            });
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> future.get(20, TimeUnit.SECONDS));
            Eventually.until("the task is over", () -> ran.get().ended() != null);
            assertThat(ran.get().ended().failure()).isSameAs(failure);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsExecutedIsNamedAfterItsClassOrElseItsParent(boolean virtual) {
        on(virtual).run(context -> {
            AsyncTaskExecutor executor = executor(context);
            CompletableFuture<Task> ran = new CompletableFuture<>();
            executor.execute(() -> ran.complete(Task.current()));
            assertThat(ended(ran).name()).isEqualTo("AsyncTasksTest");

            Task parent = Task.start("parent", TaskKind.MESSAGE);
            Future<Task> second;
            try (Attachment ignored = parent.attach()) {
                second = executor.submit(Task::current);
            }
            assertThat(second.get().name()).isEqualTo("work of " + parent.label());
            parent.end();
        });
    }

    @Test
    void whatIsCancelledBeforeItRunsIsNoTask() {
        onOneThread().run(context -> {
            AsyncTaskExecutor executor = executor(context);
            CountDownLatch free = block(executor);
            executor.submit(() -> {}).cancel(true);
            Future<Task> last = executor.submit(Task::current);
            long before = nextId();
            free.countDown();
            assertThat(last.get(20, TimeUnit.SECONDS).id()).isEqualTo(before + 1);
        });
    }

    private static CountDownLatch block(AsyncTaskExecutor executor) throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        executor.submit(() -> {
            blocked.countDown();
            return free.await(20, TimeUnit.SECONDS);
        });
        blocked.await();
        return free;
    }

    private static long nextId() {
        Task task = Task.start("the next", TaskKind.CUSTOM);
        task.end();
        return task.id();
    }

    @Test
    void whatIsRejectedIsNoTask() {
        onOneThread()
                .withPropertyValues(
                        "spring.task.execution.pool.max-size=1", "spring.task.execution.pool.queue-capacity=0")
                .run(context -> {
                    AsyncTaskExecutor executor = executor(context);
                    CountDownLatch free = block(executor);
                    long before = nextId();
                    assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(() -> executor.execute(() -> {}));
                    assertThat(nextId()).isEqualTo(before + 1);
                    free.countDown();
                });
    }

    @Test
    void whatItsCallerRunsItselfIsBesideItAllTheSameAndDoesNotWaitForItForEver() {
        ThreadPoolTaskExecutorCustomizer callerRuns =
                executor -> executor.setRejectedExecutionHandler(new ThreadPoolExecutor.CallerRunsPolicy());
        onOneThread()
                .withPropertyValues(
                        "spring.task.execution.pool.max-size=1", "spring.task.execution.pool.queue-capacity=0")
                .withBean(ThreadPoolTaskExecutorCustomizer.class, () -> callerRuns)
                .run(context -> {
                    TaskLock lock = context.getBean(LockRegistry.class).obtain("order", 42);
                    AsyncTaskExecutor executor = executor(context);
                    CountDownLatch free = block(executor);
                    Task caller = Task.start("caller", TaskKind.REQUEST);
                    try (Attachment ignored = caller.attach();
                            Hold hold = lock.acquire()) {
                        Future<?> ran = executor.submit(lock::lock);
                        assertThat(ran.isDone()).isTrue();
                        assertThatExceptionOfType(ExecutionException.class)
                                .isThrownBy(ran::get)
                                .withCauseInstanceOf(DeadlockException.class);
                        assertThat(Task.current()).isSameAs(caller);
                    }
                    caller.end();
                    free.countDown();
                });
    }

    @Test
    void onAnExecutorOfTheApplicationsAnAsynchronousCallIsATaskWithoutAParent() {
        bare.withUserConfiguration(OwnExecutor.class).run(context -> {
            Task caller = Task.start("caller", TaskKind.REQUEST);
            CompletableFuture<Task> ran;
            try (Attachment ignored = caller.attach()) {
                ran = context.getBean(Shop.class).order();
            }
            caller.end();
            assertThat(ended(ran).info())
                    .returns(TaskKind.ASYNC, TaskInfo::kind)
                    .returns("AsyncTasksTest.Shop.order", TaskInfo::name)
                    .returns(null, TaskInfo::parent);
        });
    }

    @Test
    void switchedOffTheyAreNoTasks() {
        runner.withPropertyValues("owned-lock.tasks.async=false").run(context -> {
            assertThat(context).doesNotHaveBean(RunDecorator.class).doesNotHaveBean(AsyncRunAdvisor.class);
            assertThat(context.getBean(Shop.class).order().get().kind()).isEqualTo(TaskKind.THREAD);
        });
    }

    private static AsyncTaskExecutor executor(ApplicationContext context) {
        return context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
    }

    private static Task ended(Future<Task> ran) throws Exception {
        Task task = ran.get(20, TimeUnit.SECONDS);
        Eventually.until("the task is over", () -> task.ended() != null);
        return task;
    }

    static class Gates {

        final CountDownLatch held = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final AtomicReference<Boolean> handledIn = new AtomicReference<>();
    }

    static class Shop {

        @Async
        public CompletableFuture<Task> order() {
            return CompletableFuture.completedFuture(Task.current());
        }

        @Async
        public void leak(TaskLock lock, Gates gates) throws InterruptedException {
            lock.lock();
            gates.held.countDown();
            gates.go.await();
            throw new IllegalStateException("sold out");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @Import(Shop.class)
    static class Application {

        @Bean
        AsyncConfigurer handler() {
            return new AsyncConfigurer() {
                @Override
                public AsyncUncaughtExceptionHandler getAsyncUncaughtExceptionHandler() {
                    return (failure, method, arguments) ->
                            ((Gates) arguments[1]).handledIn.set(Task.current().isActive());
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @Import(Shop.class)
    static class OwnExecutor {

        @Bean
        ThreadPoolTaskExecutor pool() {
            return new ThreadPoolTaskExecutor();
        }
    }
}
