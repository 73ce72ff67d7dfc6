package io.ownedlock.spring.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockTaskAutoConfiguration;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Parent;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.task.AsyncTaskExecutor;

class ContextPropagationTest {

    private final TaskLock lock = LockRegistry.builder().build().obtain("order", 42);
    private final Task task = Task.start("GET /orders/{id}", TaskKind.REQUEST);
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    @AfterEach
    void end() {
        Parent.forget();
        task.end();
        thread.shutdownNow();
    }

    @Test
    void theAccessorIsFoundByItself() {
        assertThat(ContextRegistry.getInstance().getThreadLocalAccessors())
                .hasAtLeastOneElementOfType(ParentAccessor.class);
    }

    @Test
    void aSnapshotBringsTheTaskAsAParentAndNeverAsASecondOwner() throws Exception {
        ContextSnapshot snapshot;
        try (Attachment ignored = task.attach();
                Hold hold = lock.acquire()) {
            snapshot = ContextSnapshotFactory.builder().build().captureAll();
            assertThat(on(snapshot.wrap(() -> lock.tryLock())))
                    .as("two threads in a lock")
                    .isFalse();
            assertThat(on(snapshot.wrap(() -> Task.current().kind()))).isEqualTo(TaskKind.THREAD);
            assertThat(task.inside()).isSameAs(Thread.currentThread());
        }
        task.end();
        Task child = on(snapshot.wrap(() -> Task.runBeside("child", TaskKind.CUSTOM, Task::current)));
        assertThat(child.info().parent()).isEqualTo(task.label());
        assertThat(child.isNestedIn(task)).isFalse();
        assertThat(on(Parent::capture)).as("what is left on the thread").isNull();
    }

    @Test
    void aSnapshotWithinATaskLeavesNothingOfIt() {
        ContextSnapshotFactory snapshots = ContextSnapshotFactory.builder().build();
        ContextSnapshot other;
        try (Attachment ignored = task.attach()) {
            other = snapshots.captureAll();
        }
        Task inside = Task.start("inside", TaskKind.REQUEST);
        try (Attachment ignored = inside.attach();
                ContextSnapshot.Scope scope = other.setThreadLocals()) {
            assertThat(Parent.capture()).hasToString(inside.label());
        }
        inside.end();
        assertThat(Parent.capture()).isNull();
    }

    @Test
    void aSnapshotWithoutATaskClearsWhatIsThere() throws Exception {
        ContextSnapshotFactory clearing =
                ContextSnapshotFactory.builder().clearMissing(true).build();
        ContextSnapshot empty = clearing.captureAll();
        try (Attachment ignored = task.attach()) {
            Parent.capture().bring();
        }
        try (ContextSnapshot.Scope ignored = empty.setThreadLocals()) {
            assertThat(Parent.capture()).isNull();
        }
        assertThat(Parent.capture()).hasToString(task.label());
        Parent.forget();
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "true"})
    void withTheDecoratorThereIsOneChildAndNotTwo(String virtual) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TaskExecutionAutoConfiguration.class,
                        OwnedLockAutoConfiguration.class,
                        OwnedLockTaskAutoConfiguration.class))
                .withPropertyValues(
                        "spring.task.execution.propagate-context=true", "spring.threads.virtual.enabled=" + virtual)
                .run(context -> {
                    AsyncTaskExecutor executor = context.getBean(AsyncTaskExecutor.class);
                    Task child;
                    Task grandchild;
                    try (Attachment ignored = task.attach()) {
                        Task[] seen = executor.submit(
                                        () -> new Task[] {Task.current(), Task.start("grandchild", TaskKind.CUSTOM)})
                                .get(20, TimeUnit.SECONDS);
                        child = seen[0];
                        grandchild = seen[1];
                    }
                    assertThat(child.info())
                            .returns(TaskKind.ASYNC, TaskInfo::kind)
                            .returns(task.label(), TaskInfo::parent);
                    assertThat(child.id()).isEqualTo(task.id() + 1);
                    assertThat(grandchild.info().parent()).isEqualTo(child.label());
                });
    }

    private <T> T on(Callable<T> action) throws Exception {
        return thread.submit(action).get(20, TimeUnit.SECONDS);
    }
}
