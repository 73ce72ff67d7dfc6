package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.deadlock.DeadlockDetector;
import io.ownedlock.deadlock.DeadlockPolicy;
import io.ownedlock.deadlock.Joining;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Permits in futures: who completes them and where, and that none is lost on the way. */
class PermitAsyncTest extends LockTesting {

    /** What the library has asked the executor to do. */
    private final Queue<Runnable> submitted = new ArrayDeque<>();

    private final TaskSemaphore semaphore =
            TaskSemaphore.create(new LockId("render", null), 1, environment(submitted::add));

    private void runSubmitted() {
        for (Runnable next = submitted.poll(); next != null; next = submitted.poll()) {
            next.run();
        }
    }

    @Test
    void aFreePermitIsThereAtOnce() {
        CompletableFuture<Permit> future = semaphore.acquireAsync();
        assertThat(future).isCompleted();
        assertThat(submitted).isEmpty();
        future.join().close();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void isCompletedByTheExecutorAndNotInsideClose() {
        Permit permit = semaphore.acquire();
        Task task = Task.start("task", TaskKind.REQUEST);
        CompletableFuture<Permit> future = in(task, semaphore::acquireAsync);
        assertThat(semaphore.waiting()).isEqualTo(1);
        permit.close();
        assertThat(future).isNotDone();
        assertThat(semaphore.snapshot().owner().id()).isEqualTo(task.id());
        runSubmitted();
        assertThat(future).isCompleted();
        task.end();
        assertThat(semaphore.available()).as("reclaimed").isEqualTo(1);
    }

    @Test
    void futuresAndThreadsStandInOneQueue() {
        Permit permit = semaphore.acquire();
        CompletableFuture<Permit> first = semaphore.acquireAsync();
        Actor<Permit> second = inOwnTask("second", semaphore::acquire).awaitParkedOn(semaphore.lot());
        CompletableFuture<Permit> third = semaphore.acquireAsync();
        permit.close();
        runSubmitted();
        first.join().close();
        second.result().close();
        runSubmitted();
        third.join().close();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void cancelledWhileItWaitsLeavesNothingBehind() {
        Permit permit = semaphore.acquire();
        CompletableFuture<Permit> future = semaphore.acquireAsync();
        assertThat(future.cancel(false)).isTrue();
        assertThat(semaphore.waiting()).isZero();
        permit.close();
        runSubmitted();
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(events).contains("INTERRUPTED render after 0");
    }

    @Test
    void cancelledAfterTheGrantPassesThePermitOn() {
        Permit permit = semaphore.acquire();
        CompletableFuture<Permit> future = semaphore.acquireAsync();
        Actor<Permit> behind = inOwnTask("behind", semaphore::acquire).awaitParkedOn(semaphore.lot());
        permit.close();
        future.cancel(false);
        assertThat(behind.isParkedOn(semaphore.lot())).isTrue();
        runSubmitted();
        behind.result().close();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void aSharedPermitCancelledAfterTheGrantIsPassedOn() {
        CompletableFuture<Void> taken = semaphore.shared().acquireAsync();
        CompletableFuture<Void> future = semaphore.shared().acquireAsync();
        assertThat(taken).isCompleted();
        semaphore.shared().release();
        future.cancel(false);
        runSubmitted();
        assertThat(semaphore.available()).isEqualTo(1);
        CompletableFuture<Void> again = semaphore.shared().acquireAsync();
        assertThat(again).isCompleted();
    }

    @Test
    void theTaskEndsWhileItsFutureWaits() {
        semaphore.acquire();
        Task task = Task.start("task", TaskKind.REQUEST);
        CompletableFuture<Permit> future = in(task, semaphore::acquireAsync);
        task.end();
        assertThat(semaphore.waiting()).isZero();
        assertThat(future).as("on the executor only").isNotDone();
        runSubmitted();
        assertThat(future.handle((permit, failure) -> failure).join()).isInstanceOf(LockRefusedException.class);
        assertThat(events).contains("REFUSED render after 0");
    }

    @Test
    void theTaskEndsBetweenTheGrantAndItsDelivery() {
        Permit permit = semaphore.acquire();
        Task task = Task.start("task", TaskKind.REQUEST);
        CompletableFuture<Permit> future = in(task, semaphore::acquireAsync);
        permit.close();
        task.end();
        assertThat(semaphore.available()).as("reclaimed").isEqualTo(1);
        runSubmitted();
        assertThat(future).failsWithin(java.time.Duration.ZERO);
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(events).containsOnlyOnce("REFUSED render after 0");
    }

    @Test
    void theTaskIsToldToEndBetweenTheGrantAndItsDelivery() {
        Permit permit = semaphore.acquire();
        Task task = Task.start("task", TaskKind.REQUEST);
        try (Attachment inside = task.attach()) {
            CompletableFuture<Permit> future = semaphore.acquireAsync();
            permit.close();
            task.end();
            runSubmitted();
            assertThat(future).isCompletedExceptionally();
            assertThat(semaphore.available()).isEqualTo(1);
            assertThat(semaphore.acquireAsync())
                    .as("gets nothing new")
                    .failsWithin(java.time.Duration.ZERO)
                    .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                    .withCauseInstanceOf(LockRefusedException.class);
        }
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void anExecutorThatIsShutDownLosesNoPermit() {
        TaskSemaphore rejected = TaskSemaphore.create(new LockId("render", null), 1, environment(command -> {
            throw new RejectedExecutionException();
        }));
        Permit permit = rejected.acquire();
        CompletableFuture<Permit> future = rejected.acquireAsync();
        permit.close();
        Actor.start("joiner", future::join).result().close();
        assertThat(rejected.available()).isEqualTo(1);
    }

    @Test
    void aDeadOwnerIsFoundOutByAFuture() {
        Actor.runAndDie("dying", semaphore::acquire);
        assertThat(semaphore.acquireAsync()).isCompleted();
    }

    @Test
    void aContinuationThatThrowsHarmsNobody() {
        Permit permit = semaphore.acquire();
        CompletableFuture<Permit> future = semaphore.acquireAsync();
        CompletableFuture<Void> derived = future.thenAccept(got -> {
            got.close();
            throw new IllegalStateException("on purpose");
        });
        permit.close();
        runSubmitted();
        assertThat(derived.handle((none, failure) -> failure).join()).isInstanceOf(CompletionException.class);
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void aPermitThatComesBackBeforeAFutureHasJoinedIsItsOwn() {
        TaskSemaphore one = TaskSemaphore.create(new LockId("one", null), 1, environment());
        Permit first = one.acquire();
        // Reads: 1 tries, 2 joins.
        Stop joining = stopAtRead("asker", 2);
        Actor<CompletableFuture<Permit>> asker = inOwnTask("asker", () -> {
            CompletableFuture<Permit> future = one.acquireAsync();
            assertThat(future).isDone();
            return future;
        });
        joining.awaitReached();
        first.close();
        joining.pass();
        asker.result();
    }

    @Test
    void anExecutorThatFailsHarmsNobodyInLine() {
        TaskSemaphore failing = TaskSemaphore.create(new LockId("render", null), 2, environment(command -> {
            throw new IllegalStateException("not initialized");
        }));
        Task owner = Task.start("owner", TaskKind.REQUEST);
        in(owner, () -> {
            failing.acquire();
            return failing.acquire();
        });
        CompletableFuture<Permit> first = failing.acquireAsync();
        Actor<Permit> second = inOwnTask("second", failing::acquire).awaitParkedOn(failing.lot());
        owner.end();
        second.result().close();
        Actor.start("joiner", first::join).result().close();
        assertThat(failing.available()).isEqualTo(2);
    }

    @Test
    void aDeadlockThatADeclaredFutureWouldCloseIsTold() {
        List<String> told = new ArrayList<>();
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, time);
        LockEnvironment watched = new LockEnvironment(time, time, detector, Runnable::run, List.of(new LockListener() {
            @Override
            public void deadlock(LockId lock, String cycle) {
                told.add("deadlock " + lock);
            }

            @Override
            public void notAcquired(LockId lock, WaitOutcome outcome, long waitNanos) {
                told.add(outcome + " " + lock);
            }
        }));
        TaskSemaphore only = TaskSemaphore.create(new LockId("only", null), 1, 1, watched);
        TaskLock lock = TaskLock.create(new LockId("lock", null), LockSettings.DEFAULTS, watched);
        Task first = Task.start("first", TaskKind.REQUEST);
        Task second = Task.start("second", TaskKind.REQUEST);
        in(first, only::acquire);
        Hold held = in(second, lock::acquire);
        Actor<Hold> waiter =
                Actor.start("first", () -> in(first, lock::acquire)).awaitParkedOn(lock.lot());

        CompletableFuture<Permit> future = in(second, () -> {
            CompletableFuture<Permit> wanted = only.acquireAsync();
            try (Joining joining = detector.joining(wanted)) {
                return wanted;
            }
        });
        assertThat(future).isCompletedExceptionally();
        assertThat(told).containsExactly("DEADLOCK only", "deadlock only");
        held.close();
        waiter.result();
    }
}
