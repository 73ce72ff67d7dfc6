package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.park.Gate;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the listeners hear of one who waits, whatever it waits for: that it begins to, and for how long it did. */
class ListenerTest extends LockTesting {

    private static final LockId ID = new LockId("order", "42");

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private final LockEnvironment heeded =
            new LockEnvironment(time, time, Gate.OPEN, Runnable::run, List.of(new LockListener() {

                @Override
                public void contended(LockId lock) {
                    heard.add(lock + " contended");
                }

                @Override
                public void acquired(LockId lock, long waitNanos) {
                    heard.add(lock + " acquired after " + Duration.ofNanos(waitNanos));
                }
            }));

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofAWaitForALock(boolean fair) throws Exception {
        TaskLock lock = TaskLock.create(ID, LockSettings.DEFAULTS.withFair(fair), heeded);
        assertWaitIsHeard(lock::acquire, lock.lot());
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void ofAWaitForASideOfAPair(Side side) throws Exception {
        TaskReadWriteLock pair = TaskReadWriteLock.create(ID, LockSettings.DEFAULTS, heeded);
        AutoCloseable first = pair.writeLock().acquire();
        assertWaitIsHeard(first, (side == Side.READ ? pair.readLock() : pair.writeLock())::acquire, pair.lot());
    }

    @Test
    void ofAWaitForAPermit() throws Exception {
        TaskSemaphore semaphore = TaskSemaphore.create(ID, 1, heeded);
        assertWaitIsHeard(semaphore::acquire, semaphore.lot());
    }

    @Test
    void ofTheWaitOfAFuture() {
        TaskLock lock = TaskLock.create(ID, LockSettings.DEFAULTS, heeded);
        Hold first = lock.acquire();
        heard.clear();
        CompletableFuture<Hold> future = in(Task.start("asker", TaskKind.REQUEST), lock::acquireAsync);
        assertThat(heard).containsExactly("order[42] contended");
        time.advance(Duration.ofSeconds(5));
        first.close();
        future.join().close();
        assertThat(heard).containsExactly("order[42] contended", "order[42] acquired after PT5S");
    }

    private void assertWaitIsHeard(Callable<? extends AutoCloseable> acquire, ParkingLot lot) throws Exception {
        assertWaitIsHeard(acquire.call(), acquire, lot);
    }

    private void assertWaitIsHeard(AutoCloseable first, Callable<? extends AutoCloseable> acquire, ParkingLot lot)
            throws Exception {
        assertThat(heard).containsExactly("order[42] acquired after PT0S");
        heard.clear();
        Actor<? extends AutoCloseable> waiter = inOwnTask("waiter", acquire).awaitParkedOn(lot);
        assertThat(heard).containsExactly("order[42] contended");
        time.advance(Duration.ofSeconds(5));
        first.close();
        waiter.result().close();
        assertThat(heard).containsExactly("order[42] contended", "order[42] acquired after PT5S");
    }
}
