package io.ownedlock.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.Eventually;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.OwnedLock.WhenHeld;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.watchdog.Guard;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Methods that return a stage hold their lock until that is complete. */
class StageTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, OwnedLockAutoConfiguration.class))
            .withBean(Service.class);

    private interface Try {
        void run(Service service, LockRegistry registry, TaskLock lock) throws Exception;
    }

    private void with(Try test) {
        runner.run(context -> {
            LockRegistry registry = context.getBean(LockRegistry.class);
            test.run(context.getBean(Service.class), registry, registry.obtain("stage", 1));
        });
    }

    private enum End {
        COMPLETE(stage -> stage.complete("done")),
        FAIL(stage -> stage.completeExceptionally(new IllegalArgumentException())),
        CANCEL(stage -> stage.cancel(false));

        final Consumer<CompletableFuture<String>> how;

        End(Consumer<CompletableFuture<String>> how) {
            this.how = how;
        }
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void theLockIsHeldUntilTheStageIsCompleteHoweverAndOnWhateverThread(End end) {
        with((service, registry, lock) -> {
            CompletableFuture<String> stage = new CompletableFuture<>();
            assertThat(service.stage(1, () -> stage)).as("the very stage").isSameAs(stage);
            assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);
            assertThat(lock.snapshot().owner().name()).isEqualTo("Service.stage");
            Call<Hold> waiter = Call.start(lock::acquire).awaitParked();
            Call.start(() -> {
                        end.how.accept(stage);
                        return null;
                    })
                    .get();
            try (Hold got = waiter.get()) {
                assertThat(got.predecessorAbandoned()).isFalse();
            }
            assertThat(lock.isIdle()).isTrue();
        });
    }

    @Test
    void aStageThatIsDoneAndNoStageAtAllGiveTheLockBackAtOnce() {
        with((service, registry, lock) -> {
            service.stage(1, () -> CompletableFuture.completedFuture("done"));
            assertThat(lock.isIdle()).isTrue();
            service.stage(1, () -> CompletableFuture.failedFuture(new IllegalStateException()));
            assertThat(lock.isIdle()).isTrue();
            service.stage(1, () -> null);
            assertThat(lock.isIdle()).isTrue();
            assertThat(service.anything(1, "value")).isEqualTo("value");
            assertThat(lock.isIdle()).isTrue();
        });
    }

    @Test
    void aStageInAnObjectIsWaitedForToo() {
        with((service, registry, lock) -> {
            CompletableFuture<String> stage = new CompletableFuture<>();
            service.anything(1, stage);
            assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);
            stage.complete("done");
            assertThat(lock.isIdle()).isTrue();
        });
    }

    @Test
    void whatTheMethodThrowsPassesAndTheLockIsGivenBack() {
        with((service, registry, lock) -> {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> service.stage(1, () -> {
                        throw new UnsupportedOperationException();
                    }));
            assertThat(lock.isIdle()).isTrue();
        });
    }

    @Test
    void aStageThatWillNotBeWatchedPassesItsErrorAndTheLockIsGivenBack() {
        class Stubborn extends CompletableFuture<String> {
            @Override
            public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
                throw new UnsupportedOperationException();
            }
        }
        with((service, registry, lock) -> {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> service.stage(1, Stubborn::new));
            assertThat(lock.isIdle()).isTrue();
        });
    }

    @Test
    void theLockIsTheTasksAndBreaksWithIt() {
        with((service, registry, lock) -> {
            Task request = Task.start("GET /orders", TaskKind.REQUEST);
            CompletableFuture<String> stage = new CompletableFuture<>();
            try (Attachment ignored = request.attach()) {
                service.stage(1, () -> stage);
            }
            assertThat(lock.snapshot().owner().id()).isEqualTo(request.id());
            Call<Hold> waiter = Call.start(lock::acquire).awaitParked();
            request.end();
            assertThat(waiter.thrown()).isInstanceOf(BrokenLockException.class);
            stage.complete("too late, and harmless");
            assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
        });
    }

    @Test
    void onAPlainThreadTwoCallsExcludeEachOtherAndWhatTheThreadHoldsMayBeTakenAgain() {
        with((service, registry, lock) -> {
            CompletableFuture<String> stage = new CompletableFuture<>();
            service.stage(1, () -> stage);
            assertThatExceptionOfType(WaitTooLongException.class)
                    .isThrownBy(() -> service.impatient(1, CompletableFuture::new));
            stage.complete("done");
            try (Hold ignored = lock.acquire()) {
                CompletableFuture<String> nested = new CompletableFuture<>();
                service.impatient(1, () -> nested);
                nested.complete("done");
            }
            assertThat(lock.isIdle()).isTrue();
        });
    }

    @Test
    void whatLeaksInTheMethodEndsWithTheStage() {
        with((service, registry, lock) -> {
            CompletableFuture<String> stage = new CompletableFuture<>();
            TaskLock leaked = registry.obtain("leaked");
            service.stage(1, () -> {
                leaked.acquire();
                return stage;
            });
            Call<Hold> waiter = Call.start(leaked::acquire).awaitParked();
            IllegalArgumentException failure = new IllegalArgumentException();
            stage.completeExceptionally(failure);
            assertThat(waiter.thrown()).isInstanceOf(BrokenLockException.class).hasCause(failure);
        });
    }

    @Test
    void aTaskThatWaitsWhileItsStageIsOpenIsInNoDeadlock() {
        with((service, registry, lock) -> {
            Task request = Task.start("GET /orders", TaskKind.REQUEST);
            TaskLock second = registry.obtain("second");
            CompletableFuture<String> stage = new CompletableFuture<>();
            try (Attachment ignored = request.attach()) {
                service.stage(1, () -> stage);
            }
            Call<Hold> holder = Call.start(() -> {
                Hold hold = second.acquire();
                try (Hold got = lock.acquire()) {
                    return hold;
                }
            });
            holder.awaitParked();
            Call<Hold> inRequest = Call.start(() -> {
                try (Attachment ignored = request.attach()) {
                    return second.acquire();
                }
            });
            inRequest.awaitParked();
            stage.complete("done");
            holder.get().close();
            inRequest.get().close();
        });
    }

    @Test
    void aStageThatEverybodyHasForgottenBreaksTheLock() {
        with((service, registry, lock) -> {
            service.stage(1, CompletableFuture::new);
            Call<Hold> waiter = Call.start(lock::acquire).awaitParked();
            Eventually.until("the stage is collected, and the watchdog has looked", () -> {
                System.gc();
                registry.guards().forEach(Guard::inspect);
                return lock.waiting() == 0;
            });
            assertThat(waiter.thrown())
                    .isInstanceOfSatisfying(
                            BrokenLockException.class,
                            e -> assertThat(e.abandonment().reason()).isEqualTo(BreakReason.OWNER_UNREACHABLE));
        });
    }

    @Test
    void ifTheLockIsNotGotNothingIsLeftBehind() {
        with((service, registry, lock) -> {
            Task holder = Task.start("holder", TaskKind.CUSTOM);
            try (Attachment ignored = holder.attach()) {
                lock.acquire();
            }
            CompletionStage<String> instead = service.withFallback(1);
            assertThat(instead.toCompletableFuture().join()).isEqualTo("instead");
            holder.end();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLockThatIsNotReentrantIsGivenBackAllTheSame(boolean inTask) {
        runner.withPropertyValues("owned-lock.locks.stage.reentrant=false").run(context -> {
            Service service = context.getBean(Service.class);
            TaskLock lock = context.getBean(LockRegistry.class).obtain("stage", 1);
            CompletableFuture<String> stage = new CompletableFuture<>();
            if (inTask) {
                Task.runInTask("request", () -> {
                    service.stage(1, () -> stage);
                    stage.complete("done");
                    assertThat(lock.isIdle()).isTrue();
                    return null;
                });
            } else {
                service.stage(1, () -> stage);
                assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);
                stage.complete("done");
            }
            assertThat(lock.isIdle()).isTrue();
        });
    }

    static class Service {

        @OwnedLock(name = "stage", key = "#id")
        @Nullable CompletionStage<String> stage(int id, Supplier<@Nullable CompletionStage<String>> body) {
            return body.get();
        }

        @OwnedLock(name = "stage", key = "#id", waitAtMost = "0s")
        CompletionStage<String> impatient(int id, Supplier<CompletionStage<String>> body) {
            return body.get();
        }

        @OwnedLock(name = "stage", key = "#id")
        Object anything(int id, Object value) {
            return value;
        }

        @OwnedLock(name = "stage", key = "#id", whenHeld = WhenHeld.FAIL, fallback = "instead")
        CompletionStage<String> withFallback(int id) {
            throw new AssertionError("ran");
        }

        CompletionStage<String> instead(int id) {
            return CompletableFuture.completedFuture("instead");
        }
    }
}
