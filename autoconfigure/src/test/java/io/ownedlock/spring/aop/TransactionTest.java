package io.ownedlock.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.OwnedLock.Release;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/** Locks that are taken within a transaction. */
@ExtendWith(OutputCaptureExtension.class)
class TransactionTest {

    private final Transactor transactor = new Transactor();
    private final TransactionTemplate transaction = new TransactionTemplate(transactor);
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, OwnedLockAutoConfiguration.class))
            .withBean(Service.class);

    private interface Try {
        void run(Service service, LockRegistry registry, TaskLock lock) throws Exception;
    }

    private void with(Try test) {
        runner.run(context -> {
            LockRegistry registry = context.getBean(LockRegistry.class);
            transactor.lock = registry.obtain("order", 1);
            test.run(context.getBean(Service.class), registry, transactor.lock);
        });
    }

    /** In a task, as a request is, or on the plain thread. */
    private static void run(boolean inTask, Runnable action) {
        if (inTask) {
            Task.runInTask("request", () -> {
                action.run();
                return null;
            });
        } else {
            action.run();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLockIsHeldUntilAfterTheCommit(boolean inTask) {
        with((service, registry, lock) -> run(inTask, () -> {
            transaction.executeWithoutResult(status -> {
                service.afterCompletion(1, () -> {});
                assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);
            });
            assertThat(transactor.stateAtEnd).isEqualTo(LockState.HELD);
            assertThat(lock.isIdle()).isTrue();
        }));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void orTheRollback(boolean inTask) {
        with((service, registry, lock) -> run(inTask, () -> {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> transaction.executeWithoutResult(status -> service.afterCompletion(1, () -> {
                        throw new UnsupportedOperationException();
                    })));
            assertThat(transactor.stateAtEnd).isEqualTo(LockState.HELD);
            assertThat(lock.isIdle()).isTrue();
        }));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withinTheTransactionTheLockMayBeTakenAgain(boolean inTask) {
        with((service, registry, lock) -> run(inTask, () -> {
            transaction.executeWithoutResult(status -> {
                service.afterCompletion(1, () -> {});
                service.afterCompletion(1, () -> {});
                service.onReturn(1, () -> {});
                try (Hold hold = lock.acquire()) {
                    assertThat(hold.predecessorAbandoned()).isFalse();
                }
            });
            assertThat(lock.isIdle()).isTrue();
        }));
    }

    @Test
    void withoutATransactionTheLockIsGivenBackOnReturn() {
        with((service, registry, lock) -> {
            service.afterCompletion(
                    1, () -> assertThat(lock.isHeldByCurrentTask()).isTrue());
            assertThat(lock.isIdle()).isTrue();
        });
    }

    @Test
    void whatLeaksInTheBodyEndsWithTheCallAndNotWithTheTransaction() {
        with((service, registry, lock) -> transaction.executeWithoutResult(status -> {
            TaskLock leaked = registry.obtain("leaked");
            Call<?>[] waiter = new Call<?>[1];
            service.afterCompletion(1, () -> {
                leaked.acquire();
                waiter[0] = Call.start(leaked::acquire).awaitParked();
            });
            assertThat(waiter[0].thrown()).isInstanceOf(BrokenLockException.class);
            assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);
        }));
    }

    @Test
    void aLockThatTheTransactionOutlivesIsWarnedOfOnceForEachMethod(CapturedOutput output) {
        with((service, registry, lock) -> {
            service.onReturn(1, () -> {});
            assertThat(output).doesNotContain("@OwnedLock on Service.onReturn");
            transaction.executeWithoutResult(status -> {
                service.afterCompletion(2, () -> {});
                try (Hold ignored = lock.acquire()) {
                    service.onReturn(1, () -> {});
                }
            });
            assertThat(output)
                    .as("held around the transaction, or until after it")
                    .doesNotContain("@OwnedLock on");
            for (int i = 0; i < 3; i++) {
                transaction.executeWithoutResult(status -> service.onReturn(1, () -> {}));
            }
            transaction.executeWithoutResult(status -> service.other());
            assertThat(output.getAll().split("@OwnedLock on Service.onReturn is called within a transaction", -1))
                    .hasSize(2);
            assertThat(output).contains("@OwnedLock on Service.other is called within a transaction");
        });
    }

    static class Service {

        @OwnedLock(name = "order", key = "#id", release = Release.AFTER_COMPLETION)
        void afterCompletion(int id, Runnable body) {
            body.run();
        }

        @OwnedLock(name = "order", key = "#id")
        void onReturn(int id, Runnable body) {
            body.run();
        }

        @OwnedLock("other")
        void other() {}
    }

    /** Notes how the lock was as the transaction ended. */
    static class Transactor extends AbstractPlatformTransactionManager {

        TaskLock lock;
        LockState stateAtEnd;

        @Override
        protected Object doGetTransaction() {
            return new Object();
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {}

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            stateAtEnd = lock.snapshot().state();
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            stateAtEnd = lock.snapshot().state();
        }
    }
}
