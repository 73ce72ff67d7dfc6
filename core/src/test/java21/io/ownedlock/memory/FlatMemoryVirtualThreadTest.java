package io.ownedlock.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.CapacityLimiter;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Dead virtual threads, of which there are many more than of the others, leave nothing behind. */
class FlatMemoryVirtualThreadTest {

    private static final int TIMES = 1_000;
    private static final Duration A_MOMENT = Duration.ofNanos(20_000);

    private final LockRegistry registry = LockRegistry.builder().build();
    private final TaskLock lock = registry.obtain("lock");
    private final TaskReadWriteLock pair = registry.obtainReadWrite("pair");
    private final TaskSemaphore semaphore = registry.obtainSemaphore("semaphore", 1);
    private final CapacityLimiter limiter = registry.obtainLimiter("limiter", 1);

    private void runAndDie(Runnable script) throws InterruptedException {
        Thread.ofVirtual().start(script).join();
    }

    @Test
    void thatHeld() throws Exception {
        Census.assertFlat(TIMES, () -> {
            runAndDie(() -> {
                lock.lock();
                pair.readLock().lock();
                semaphore.acquire();
                limiter.acquire();
            });
            runAndDie(() -> {
                lock.acquire().close();
                pair.writeLock().acquire().close();
                semaphore.acquire().close();
                limiter.acquire().close();
            });
        });
    }

    @Test
    void thatWaited() throws Exception {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        try (Attachment ignored = owner.attach()) {
            lock.lock();
            pair.writeLock().lock();
            semaphore.acquire();
            limiter.acquire();
        }
        Census.assertFlat(
                TIMES,
                () -> runAndDie(() -> {
                    assertThat(lock.tryAcquire(A_MOMENT)).isNull();
                    assertThat(pair.readLock().tryAcquire(A_MOMENT)).isNull();
                    assertThat(semaphore.tryAcquire(A_MOMENT)).isNull();
                    assertThat(limiter.tryAcquire(A_MOMENT)).isNull();
                }));
        owner.end();
    }
}
