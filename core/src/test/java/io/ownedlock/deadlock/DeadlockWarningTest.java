package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Waiter;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockInterruptedException;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A deadlock that is only told of. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DeadlockWarningTest extends DeadlockTesting {

    @ParameterizedTest
    @ValueSource(strings = {"lock", "pair", "limiter"})
    void listenersAreToldOnce(String kind) throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        LockRegistry watched = LockRegistry.builder()
                .deadlock(DeadlockPolicy.WARN)
                .listener(new LockListener() {
                    @Override
                    public void deadlockWarned(LockId lock, String cycle) {
                        told.add(lock + ":\n" + cycle);
                    }

                    @Override
                    public void deadlock(LockId lock, String cycle) {
                        told.add("refused");
                    }
                })
                .build();
        Callable<AutoCloseable> take = switch (kind) {
            case "lock" -> watched.obtain("this")::acquire;
            case "pair" -> watched.obtainReadWrite("this").writeLock()::acquire;
            default -> watched.obtainLimiter("this", 1)::acquire;
        };
        TaskLock other = watched.obtain("other");
        in(first, take);
        Hold held = in(second, other::acquire);
        Actor<Hold> waiter = waiting(other, first, other::acquire);
        Actor<AutoCloseable> last = actor(second, take);
        Actor.awaitUntil(() -> !told.isEmpty(), () -> "somebody to be told");
        last.interrupt();
        assertThat(last.failure()).isInstanceOf(LockInterruptedException.class);
        assertThat(told).singleElement().asString().startsWith("this:\n").contains(first.label(), second.label());
        held.close();
        waiter.result();
    }

    @Test
    void warns() {
        List<String> warnings = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                warnings.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(DeadlockDetector.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.WARN, Ticker.system());
            List<Waiter> waiters = new CopyOnWriteArrayList<>();
            LockRegistry watched = watched(new Gate() {
                @Override
                public void entered(Waiter waiter) {
                    waiters.add(waiter);
                    detector.entered(waiter);
                }

                @Override
                public void left(Waiter waiter) {
                    detector.left(waiter);
                }
            });
            TaskLock one = watched.obtain("one");
            TaskLock two = watched.obtain("two");
            in(first, one::acquire);
            Hold held = in(second, two::acquire);
            Actor<Hold> waiter = waiting(two, first, two::acquire);
            Actor<Hold> last = waiting(one, second, one::acquire);
            assertThat(warnings).hasSize(1).first().asString().contains(first.label(), second.label());
            // As the other would see it, had they come at once; and a newcomer is not in the cycle.
            waiters.forEach(each -> detector.search(KnownWaits.of(each)));
            Actor<Hold> behind = waiting(one, third, one::acquire);
            assertThat(warnings).hasSize(1);

            last.interrupt();
            assertThat(last.failure()).isInstanceOf(LockInterruptedException.class);
            held.close();
            waiter.result();
            behind.interrupt();
            behind.failure();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }
}
