package io.ownedlock.sync;

import io.ownedlock.park.Gate;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.TestTime;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** What the tests of the lock share: a lock in the hands of a test, and tasks that do something with it. */
abstract class LockTesting {

    final TestTime time = new TestTime();
    /** Added to by whoever is told, also by one that is late while the test reads. */
    final Collection<String> events = new ConcurrentLinkedQueue<>();

    private final LockListener listener = new LockListener() {

        @Override
        public void acquired(LockId lock, long waitNanos) {
            note("acquired " + lock + " after " + waitNanos);
        }

        @Override
        public void notAcquired(LockId lock, WaitOutcome outcome, long waitNanos) {
            note(outcome + " " + lock + " after " + waitNanos);
        }

        @Override
        public void released(LockId lock, long heldNanos) {
            note("released " + lock + " after " + heldNanos);
        }

        @Override
        public void abandoned(Abandonment abandonment, int waitersTold) {
            note("abandoned " + abandonment.lock() + " by "
                    + abandonment.owner().name() + ", told " + waitersTold);
        }

        @Override
        public void overdue(Overdue overdue) {
            note("overdue " + overdue.lock() + " by " + overdue.owner().name());
        }

        @Override
        public void sealed(Abandonment abandonment, int waitersTold) {
            note("sealed " + abandonment.lock() + " for " + abandonment.reason() + ", told " + waitersTold);
        }

        @Override
        public void reclaimed(LockId lock, TaskInfo owner, long heldNanos) {
            note("reclaimed " + lock + " from " + owner.name() + " after " + heldNanos);
        }

        @Override
        public void repaired(LockId lock) {
            note("repaired " + lock);
        }
    };

    private void note(String event) {
        events.add(event);
    }

    TaskLock newLock(LockSettings settings) {
        return TaskLock.create(new LockId("order", "42"), settings, environment(Runnable::run));
    }

    LockEnvironment environment() {
        return environment(Runnable::run);
    }

    LockEnvironment environment(Executor executor) {
        return new LockEnvironment(time, time, Gate.OPEN, executor, List.of(listener));
    }

    static LockSettings settings(OnOwnerEnd policy) {
        return LockSettings.DEFAULTS.withOnOwnerEnd(policy);
    }

    /** A task that has taken the lock, and has no thread inside. */
    static Task ownerOf(TaskLock lock) {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        in(owner, lock::acquire);
        return owner;
    }

    /** A task within a call of the other; only its test ends it. */
    static Task nestedIn(Task outer, String name) {
        return in(outer, () -> Task.startNested(name, inside -> false));
    }

    /** Does something inside a task. */
    static <T> T in(Task task, Callable<T> action) {
        try (Attachment ignored = task.attach()) {
            return action.call();
        } catch (Exception e) {
            throw sneaky(e);
        }
    }

    /** Who waits, by name, first in line first. */
    static List<String> waiting(Primitive primitive) {
        return primitive.snapshot().waiting().stream()
                .map(waiting -> waiting.task().name())
                .toList();
    }

    /** Who holds it, by name. */
    static List<String> owners(Primitive primitive) {
        return primitive.snapshot().holds().stream()
                .map(held -> held.owner().name())
                .toList();
    }

    /** A thread that acquires the lock in a task of its own, and returns the hold. */
    static Actor<Hold> acquirer(String name, TaskLock lock) {
        return inOwnTask(name, lock::acquire);
    }

    /** A thread that is in a task of its own for life. */
    static <T> Actor<T> inOwnTask(String name, Callable<T> action) {
        Task task = Task.start(name, TaskKind.REQUEST);
        return Actor.start(name, () -> in(task, action));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> RuntimeException sneaky(Throwable e) throws X {
        throw (X) e;
    }

    /** Stops a thread of this name at its n-th reading of the clock. */
    Stop stopAtRead(String thread, int n) {
        Stop stop = new Stop();
        AtomicInteger reads = new AtomicInteger();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals(thread) && reads.incrementAndGet() == n) {
                stop.here();
            }
        });
        return stop;
    }

    /** Stops a thread of this name when it has decided to park. */
    Stop stopAtPark(String thread) {
        Stop stop = new Stop();
        time.onPark(() -> {
            if (Thread.currentThread().getName().equals(thread)) {
                stop.here();
            }
        });
        return stop;
    }

    /**
     * A point that a thread reaches, and goes on from when it is let. It spins, because whatever parks there might eat the
     * permit that the engine has for it.
     */
    static final class Stop {

        private volatile boolean reached;
        private volatile boolean passed;

        /** Stops the calling thread here, the first time. */
        void here() {
            reached = true;
            while (!passed) {
                Thread.yield();
            }
        }

        /** Waits until a thread has come here. */
        void awaitReached() {
            Actor.awaitUntil(() -> reached, () -> "a thread to come to the stop");
        }

        /** Lets it go on. */
        void pass() {
            passed = true;
        }
    }
}
