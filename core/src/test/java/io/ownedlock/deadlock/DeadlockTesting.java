package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Holding;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Resource;
import io.ownedlock.park.Waiter;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.LockEnvironment;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.TestTime;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;

/** What the tests of the detector share: tasks that wait where they are told, and a primitive that holds what it is told. */
abstract class DeadlockTesting {

    final List<Task> tasks = new CopyOnWriteArrayList<>();
    final TestTime time = new TestTime();
    final LockRegistry registry = LockRegistry.builder()
            .ticker(time)
            .parker(time)
            .executor(Runnable::run)
            .settings("bounded", LockSettings.DEFAULTS.withWaitAtMost(Duration.ofSeconds(30)))
            .settings("fair", LockSettings.DEFAULTS.withFair(true))
            .build();
    final TaskLock a = registry.obtain("a");
    final TaskLock b = registry.obtain("b");
    final TaskLock c = registry.obtain("c");
    final Task first = task("first");
    final Task second = task("second");
    final Task third = task("third");

    Task task(String name) {
        Task task = Task.start(name, TaskKind.REQUEST);
        tasks.add(task);
        return task;
    }

    /** Ends what a test has left behind, and nothing is left behind in the table. */
    @AfterEach
    void nothingIsLeft() {
        tasks.forEach(Task::end);
        for (Task task : tasks) {
            Actor.awaitUntil(() -> KnownWaits.of(task) == null, () -> task + " to wait no longer");
        }
    }

    /** Does something inside a task. */
    static <T> T in(Task task, Callable<T> action) {
        try (Attachment ignored = task.attach()) {
            return action.call();
        } catch (Exception e) {
            throw sneaky(e);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <X extends Throwable> RuntimeException sneaky(Throwable e) throws X {
        throw (X) e;
    }

    /** A thread that does something in the task. */
    static <T> Actor<T> actor(Task task, Callable<T> action) {
        return Actor.start(task.name(), () -> in(task, action));
    }

    /** A thread that does something in the task, and is parked in the end for what has this name. */
    static <T> Actor<T> waiting(Object resource, Task task, Callable<T> action) {
        return awaitWaiting(actor(task, action), resource);
    }

    static <T> Actor<T> awaitWaiting(Actor<T> actor, Object resource) {
        Actor.awaitUntil(
                () -> isWaiting(actor, resource) || actor.isDone(),
                () -> actor.thread().getName() + " to park for " + resource);
        if (actor.isDone()) {
            throw new AssertionError("Was to wait, but came back with " + actor.result());
        }
        return actor;
    }

    static boolean isWaiting(Actor<?> actor, Object resource) {
        return LockSupport.getBlocker(actor.thread()) instanceof ParkingLot lot
                && lot.resource() != null
                && lot.resource().toString().equals(resource.toString())
                && (actor.thread().getState() == Thread.State.WAITING
                        || actor.thread().getState() == Thread.State.TIMED_WAITING);
    }

    static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        for (; ; ) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static LockRegistry watched(Gate gate) {
        return LockRegistry.builder().gate(gate).build();
    }

    static Void run(Runnable action) {
        action.run();
        return null;
    }

    LockEnvironment environment(Gate gate) {
        return new LockEnvironment(time, time, gate, Runnable::run, List.of());
    }

    static DeadlockException refused(ThrowingCallable action) {
        Throwable thrown = catchThrowable(action);
        assertThat(thrown).isInstanceOf(DeadlockException.class);
        return (DeadlockException) thrown;
    }

    /** Something with any number of holders, shared by all of them, that is waited for in the plainest way. */
    static final class Shelf implements Resource {

        final String name;
        final boolean fair;
        final List<Holding> held = new CopyOnWriteArrayList<>();
        final ParkingLot lot = new ParkingLot(Ticker.system(), Parker.system(), this);
        volatile Runnable onLook = () -> {};

        Shelf(String name, boolean fair) {
            this.name = name;
            this.fair = fair;
        }

        /** Lets the task hold it, whoever else does. */
        Holding give(Task owner) {
            Holding holding = () -> owner;
            held.add(holding);
            return holding;
        }

        /** Waits until granted; a reader waits for no holder, and only for those before it. */
        Void await(Gate gate, boolean reader) {
            Waiter waiter = lot.join(Task.current(), reader ? "reader" : null, false);
            try {
                gate.entered(waiter);
                while (lot.contains(waiter)) {
                    lot.park(Long.MAX_VALUE);
                }
            } finally {
                gate.left(waiter);
                lot.remove(waiter);
            }
            if (waiter.failure() != null) {
                throw waiter.failure().get();
            }
            return null;
        }

        void grantFirst() {
            Waiter first = lot.first();
            lot.grant(first);
            first.wake();
        }

        @Override
        public List<? extends Holding> holdings() {
            return List.copyOf(held);
        }

        @Override
        public List<? extends Holding> inTheWayOf(Waiter waiter) {
            onLook.run();
            return "reader".equals(waiter.request()) ? List.of() : holdings();
        }

        @Override
        public boolean isFairTo(Waiter waiter) {
            return fair;
        }

        @Override
        public RuntimeException deadlock(String cycle) {
            return new Refused(cycle);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refused(String story) {
            super(story);
        }
    }
}
