package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the JVM shows of a thread that is parked: on what, and whose that is. */
class ThreadDumpTest extends LockTesting {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final TaskLock lock = newLock(LockSettings.DEFAULTS);

    private static ThreadInfo dump(Actor<?> parked) {
        ThreadInfo[] dump = new ThreadInfo[1];
        Actor.awaitUntil(
                () -> {
                    dump[0] = THREADS.getThreadInfo(parked.thread().getId());
                    return dump[0].getLockInfo() != null;
                },
                () -> "a dump in which " + parked.thread().getName() + " is parked");
        return dump[0];
    }

    /** A thread that does something inside a task, and stays there until it is let go. */
    private static Actor<Void> inside(String name, Task task, Stop stop, Runnable action) {
        Actor<Void> actor = Actor.run(
                name,
                () -> in(task, () -> {
                    action.run();
                    stop.here();
                    return null;
                }));
        stop.awaitReached();
        return actor;
    }

    private Actor<Hold> parked(String name) {
        return acquirer(name, lock).awaitParkedOn(lock.lot());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theLotAndTheThreadInsideItsOwner(boolean fair) {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withFair(fair));
        Stop stop = new Stop();
        Actor<Void> owner = inside("owner", Task.start("owner", TaskKind.REQUEST), stop, lock::lock);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());

        ThreadInfo info = dump(waiter);

        assertThat(info.getLockInfo().getClassName()).isEqualTo(ParkingLot.class.getName());
        assertThat(info.getLockInfo().getIdentityHashCode()).isEqualTo(System.identityHashCode(lock.lot()));
        assertThat(info.getLockOwnerName()).isEqualTo("owner");
        assertThat(info.getLockOwnerId()).isEqualTo(owner.thread().getId());
        lock.breakWaiters();
        waiter.failure();
        stop.pass();
        owner.result();
    }

    @Test
    void whoIsGrantedTheLockIsShownToThoseWhoSleepOn() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withFair(true));
        Hold hold = lock.acquire();
        Stop stop = new Stop();
        Actor<Object> next = inOwnTask("next", () -> {
            try (Hold mine = lock.acquire()) {
                stop.here();
            }
            return null;
        });
        next.awaitParkedOn(lock.lot());
        Actor<Hold> last = acquirer("last", lock).awaitParkedOn(lock.lot());

        hold.close();
        stop.awaitReached();

        assertThat(dump(last).getLockOwnerName()).isEqualTo("next");
        stop.pass();
        next.result();
        last.result();
    }

    @Test
    void nobodyWhenTheThreadHasLeftTheOwnerAndTheOneThatEntersIt() {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Stop first = new Stop();
        Actor<Void> left = inside("first", owner, first, lock::lock);
        Actor<Hold> waiter = parked("waiter");
        assertThat(dump(waiter).getLockOwnerName()).isEqualTo("first");

        first.pass();
        left.result();
        assertThat(dump(waiter).getLockOwnerName()).isNull();

        Stop second = new Stop();
        Actor<Void> entered = inside("second", owner, second, () -> {});
        assertThat(dump(waiter).getLockOwnerName()).isEqualTo("second");
        owner.end();
        second.pass();
        entered.result();
        waiter.failure();
    }

    @Test
    void nobodyForPermitsThatSeveralHaveOrNobodyOwns() {
        Stop stop = new Stop();
        TaskSemaphore several = TaskSemaphore.create(new LockId("several", null), 2, environment());
        TaskSemaphore signal = TaskSemaphore.create(new LockId("signal", null), 0, 1, environment());
        Actor<Void> owner = inside("owner", Task.start("owner", TaskKind.REQUEST), stop, () -> {
            several.tryAcquire();
            several.tryAcquire();
        });
        Actor<Permit> first = inOwnTask("first", several::acquire).awaitParkedOn(several.lot());
        Actor<Object> second = inOwnTask("second", () -> {
                    signal.shared().acquire();
                    return null;
                })
                .awaitParkedOn(signal.lot());
        for (Actor<?> waiter : List.of(first, second)) {
            assertThat(dump(waiter).getLockInfo().getClassName()).isEqualTo(ParkingLot.class.getName());
            assertThat(dump(waiter).getLockOwnerName()).isNull();
            waiter.interrupt();
            waiter.failure();
        }
        stop.pass();
        owner.result();
    }

    @Test
    void theOneWhoHasTheOnlyPermit() {
        Stop stop = new Stop();
        TaskSemaphore only = TaskSemaphore.create(new LockId("only", null), 1, 1, environment());
        Actor<Void> owner = inside("owner", Task.start("owner", TaskKind.REQUEST), stop, () -> only.tryAcquire());
        Actor<Permit> waiter = inOwnTask("waiter", only::acquire).awaitParkedOn(only.lot());
        assertThat(dump(waiter).getLockOwnerName()).isEqualTo("owner");
        waiter.interrupt();
        waiter.failure();
        stop.pass();
        owner.result();
    }

    @Test
    void aWriterButNotOneOfSeveralReaders() {
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Stop stop = new Stop();
        Actor<Void> writer = inside("writer", Task.start("writer", TaskKind.REQUEST), stop, () -> {
            pair.writeLock().tryAcquire();
            pair.readLock().tryAcquire();
        });
        Actor<Hold> waiter =
                inOwnTask("waiter", () -> pair.writeLock().acquire()).awaitParkedOn(pair.lot());
        assertThat(dump(waiter).getLockOwnerName()).isEqualTo("writer");
        waiter.interrupt();
        waiter.failure();
        stop.pass();
        writer.result();

        TaskReadWriteLock read =
                TaskReadWriteLock.create(new LockId("read", null), LockSettings.DEFAULTS, environment());
        Stop reading = new Stop();
        Actor<Void> reader = inside(
                "reader",
                Task.start("reader", TaskKind.REQUEST),
                reading,
                () -> read.readLock().tryAcquire());
        in(Task.start("another", TaskKind.REQUEST), () -> read.readLock().tryAcquire());
        Actor<Hold> behind =
                inOwnTask("behind", () -> read.writeLock().acquire()).awaitParkedOn(read.lot());
        assertThat(dump(behind).getLockOwnerName()).isNull();
        behind.interrupt();
        behind.failure();
        reading.pass();
        reader.result();
    }

    /** Whatever the way in which the last waiter has left: the lot does not keep the owner's thread. */
    @ParameterizedTest
    @ValueSource(strings = {"released", "timed out", "interrupted", "failed", "ended"})
    void anIdleLotKeepsNoThread(String end) {
        WeakReference<Thread> thread = ownerOfAWait(end);
        Actor.awaitUntil(
                () -> {
                    System.gc();
                    return thread.get() == null;
                },
                () -> "the owner's thread to be collected");
        assertThat(lock.waiting()).isZero();
    }

    private WeakReference<Thread> ownerOfAWait(String end) {
        Task task = Task.start("owner", TaskKind.REQUEST);
        Stop stop = new Stop();
        Actor<Void> owner = inside("owner", task, stop, () -> {
            lock.lock();
        });
        Actor<Boolean> waiter = inOwnTask("waiter", () -> lock.tryLock(1, TimeUnit.HOURS));
        waiter.awaitParkedOn(lock.lot());
        assertThat(dump(waiter).getLockOwnerName()).isEqualTo("owner");
        switch (end) {
            case "timed out" -> time.advance(Duration.ofHours(2));
            case "interrupted" -> waiter.interrupt();
            case "failed" -> lock.breakWaiters();
            default -> {}
        }
        if (!end.equals("released") && !end.equals("ended")) {
            Actor.awaitUntil(waiter::isDone, () -> "the waiter to leave");
        }
        stop.pass();
        owner.result();
        if (end.equals("released")) {
            in(task, () -> {
                lock.unlock();
                return null;
            });
        }
        task.end();
        Actor.awaitUntil(waiter::isDone, () -> "the waiter to leave");
        return new WeakReference<>(owner.thread());
    }

    @Test
    void theJvmsOwnSearchFindsADeadlockOfOurs() {
        TaskLock other = newLock(LockSettings.DEFAULTS);
        Task first = Task.start("first", TaskKind.REQUEST);
        Task second = Task.start("second", TaskKind.REQUEST);
        in(first, lock::acquire);
        in(second, other::acquire);
        Actor<Hold> one = Actor.start("one", () -> in(first, other::acquire)).awaitParkedOn(other.lot());
        Actor<Hold> two = Actor.start("two", () -> in(second, lock::acquire)).awaitParkedOn(lock.lot());

        assertThat(THREADS.findDeadlockedThreads())
                .contains(one.thread().getId(), two.thread().getId());

        first.end();
        one.failure();
        two.failure();
    }

    /** The thread of an owner that goes on elsewhere may wait for its own waiters: the JVM is not to call that a deadlock. */
    @Test
    void aThreadThatHasLeftTheOwnerIsInNobodysWay() {
        TaskLock other = newLock(LockSettings.DEFAULTS);
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Task waiting = Task.start("waiting", TaskKind.REQUEST);
        in(waiting, other::acquire);
        Stop stop = new Stop();
        Actor<Hold> pooled = Actor.start("pooled", () -> {
            in(owner, () -> {
                lock.lock();
                stop.here();
                return null;
            });
            return in(Task.start("next request", TaskKind.REQUEST), other::acquire);
        });
        stop.awaitReached();
        Actor<Hold> waiter =
                Actor.start("waiter", () -> in(waiting, lock::acquire)).awaitParkedOn(lock.lot());

        stop.pass();
        pooled.awaitParkedOn(other.lot());

        assertThat(THREADS.findDeadlockedThreads()).isNull();
        owner.end();
        waiter.failure();
        waiting.end();
        pooled.failure();
    }

    @Test
    void theThreadInsideTheOwnerOfAPermitAsItComesAndGoes() {
        TaskSemaphore only = TaskSemaphore.create(new LockId("only", null), 1, 1, environment());
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Stop first = new Stop();
        Actor<Void> left = inside("first", owner, first, only::acquire);
        Actor<Permit> waiter = inOwnTask("waiter", only::acquire).awaitParkedOn(only.lot());
        assertThat(dump(waiter).getLockOwnerName()).isEqualTo("first");
        first.pass();
        left.result();
        assertThat(dump(waiter).getLockOwnerName()).isNull();
        owner.end();
        waiter.result().close();
    }
}
