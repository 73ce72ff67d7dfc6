package io.ownedlock.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.deadlock.JoinRefusedException;
import io.ownedlock.deadlock.Joining;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.CapacityLimiter;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.watchdog.Guard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is over leaves nothing behind: in each primitive, in the tasks, in the tables of waits and of names. */
class FlatMemoryTest {

    private static final int TIMES = 2_000;
    private static final Duration A_MOMENT = Duration.ofNanos(20_000);
    private static final Duration LONG = Duration.ofHours(1);

    private final LockRegistry registry = LockRegistry.builder()
            .settings("handed", LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.HAND_OVER))
            .settings("fair", LockSettings.DEFAULTS.withFair(true))
            .build();

    private final TaskLock lock = registry.obtain("lock");
    private final TaskLock fair = registry.obtain("fair");
    private final TaskReadWriteLock pair = registry.obtainReadWrite("pair");
    private final TaskSemaphore semaphore = registry.obtainSemaphore("semaphore", 1);
    private final CapacityLimiter limiter = registry.obtainLimiter("limiter", 1);
    private final Task owner = Task.start("owner", TaskKind.REQUEST);

    /** Whoever takes the class for itself would measure its loading. */
    @BeforeEach
    void load() {
        assertThat(Census.take()).containsKey("io.ownedlock.sync.TaskLock");
    }

    private void takeAll() {
        in(owner, () -> {
            lock.lock();
            fair.lock();
            pair.writeLock().lock();
            semaphore.acquire();
            return limiter.acquire();
        });
    }

    private static <T> T in(Task task, Callable<T> action) {
        try (Attachment ignored = task.attach()) {
            return action.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void waitsThatRunOutOfTime() throws Exception {
        takeAll();
        ParkingLot lot = registry.newLot();
        Census.assertFlat(TIMES, () -> {
            assertThat(lock.tryLock(20, TimeUnit.MICROSECONDS)).isFalse();
            assertThat(fair.tryAcquire(A_MOMENT)).isNull();
            assertThat(pair.readLock().tryAcquire(A_MOMENT)).isNull();
            assertThat(pair.writeLock().tryAcquire(A_MOMENT)).isNull();
            assertThat(semaphore.tryAcquire(A_MOMENT)).isNull();
            assertThat(semaphore.shared().tryAcquire(A_MOMENT)).isFalse();
            assertThat(limiter.tryAcquire(A_MOMENT)).isNull();
            assertThat(limiter.tryAcquireOnBehalfOf(new Object(), A_MOMENT)).isNull();
            assertThat(lot.parkIf(() -> true, A_MOMENT)).isFalse();
        });
    }

    @Test
    void futuresThatAreCancelled() throws Exception {
        takeAll();
        List<Supplier<CompletableFuture<?>>> all = List.of(
                lock::acquireAsync,
                fair::acquireAsync,
                pair.readLock()::acquireAsync,
                pair.writeLock()::acquireAsync,
                semaphore::acquireAsync,
                semaphore.shared()::acquireAsync,
                limiter::acquireAsync,
                () -> limiter.acquireAsyncOnBehalfOf(new Object()));
        Census.assertFlat(
                TIMES,
                () -> all.forEach(one -> assertThat(one.get().cancel(false)).isTrue()));
    }

    /** Their timers go with them, and not only when they would have rung. */
    @Test
    void boundedFuturesThatAreCancelled() throws Exception {
        takeAll();
        List<Supplier<CompletableFuture<?>>> all = List.of(
                () -> lock.acquireAsync(LONG),
                () -> pair.readLock().acquireAsync(LONG),
                () -> pair.writeLock().acquireAsync(LONG),
                () -> semaphore.acquireAsync(LONG),
                () -> semaphore.shared().acquireAsync(LONG),
                () -> limiter.acquireAsync(LONG));
        Census.assertFlat(
                TIMES,
                () -> all.forEach(one -> assertThat(one.get().cancel(false)).isTrue()));
    }

    /** A timer whose future has got what it waited for keeps neither that nor the task that has long released it. */
    @Test
    void boundedFuturesThatAreGranted() throws Exception {
        Census.assertFlat(TIMES, () -> {
            Hold hold = lock.acquire();
            Permit permit = semaphore.acquire();
            Task other = Task.start("other", TaskKind.ASYNC);
            CompletableFuture<Hold> next = in(other, () -> lock.acquireAsync(LONG));
            CompletableFuture<Permit> permitted = in(other, () -> semaphore.acquireAsync(LONG));
            hold.close();
            permit.close();
            next.get().close();
            permitted.get().close();
            other.end();
        });
    }

    @Test
    void futuresThatRunOutOfTime() throws Exception {
        takeAll();
        Census.assertFlat(TIMES, () -> {
            CompletableFuture<?> held = lock.acquireAsync(A_MOMENT);
            CompletableFuture<?> read = pair.readLock().acquireAsync(A_MOMENT);
            CompletableFuture<?> permit = semaphore.acquireAsync(A_MOMENT);
            for (CompletableFuture<?> future : List.of(held, read, permit)) {
                assertThat(future.handle((got, failure) -> failure).get()).isNotNull();
            }
        });
    }

    @Test
    void threadsThatDieAsOwners() throws Exception {
        Census.assertFlat(TIMES / 10, () -> {
            Actor.runAndDie("mortal", () -> {
                lock.lock();
                pair.readLock().lock();
                semaphore.acquire();
                limiter.acquire();
            });
            Task task = Task.start("next", TaskKind.REQUEST);
            in(task, () -> {
                lock.acquire().close();
                pair.writeLock().acquire().close();
                semaphore.acquire().close();
                limiter.acquire().close();
                return null;
            });
            task.end();
        });
    }

    @Test
    void threadsThatDieAfterAWait() throws Exception {
        takeAll();
        Census.assertFlat(
                TIMES / 10,
                () -> Actor.runAndDie("mortal", () -> {
                    assertThat(lock.tryAcquire(A_MOMENT)).isNull();
                    assertThat(pair.readLock().tryAcquire(A_MOMENT)).isNull();
                    assertThat(semaphore.tryAcquire(A_MOMENT)).isNull();
                    assertThat(limiter.tryAcquire(A_MOMENT)).isNull();
                }));
    }

    @Test
    void threadsThatDieWithAFutureInLine() throws Exception {
        takeAll();
        Census.assertFlat(TIMES / 10, () -> {
            Actor.runAndDie("mortal", () -> {
                CompletableFuture<?> unused = lock.acquireAsync();
                unused = pair.writeLock().acquireAsync();
                unused = semaphore.acquireAsync();
                unused = limiter.acquireAsync();
            });
            registry.guards().forEach(Guard::inspect);
        });
    }

    @Test
    void ownersThatEndAndWaitersThatAreTold() throws Exception {
        TaskLock handed = registry.obtain("handed");
        Census.assertFlat(TIMES / 10, () -> {
            Task mortal = Task.start("mortal", TaskKind.REQUEST);
            in(mortal, () -> {
                lock.lock();
                return handed.acquire();
            });
            List<Actor<?>> waiters = new ArrayList<>();
            waiters.add(Actor.run(
                    "told",
                    () -> assertThatExceptionOfType(BrokenLockException.class).isThrownBy(lock::lockInterruptibly)));
            waiters.add(Actor.run("heir", () -> handed.acquire().close()));
            Actor.awaitUntil(() -> lock.waiting() + handed.waiting() == 2, () -> "both to wait");
            mortal.end(new IllegalStateException("on purpose"));
            waiters.forEach(Actor::result);
        });
    }

    @Test
    void nestedTasks() throws Exception {
        Task outer = Task.start("outer", TaskKind.REQUEST);
        try (Attachment ignored = outer.attach()) {
            Census.assertFlat(
                    TIMES,
                    () -> Task.runInTask("lender", () -> {
                        lock.lock();
                        pair.writeLock().lock();
                        Task.runInTask("borrower", () -> {
                            lock.acquire().close();
                            pair.readLock().acquire();
                            return lock.acquire();
                        });
                        return semaphore.acquire();
                    }));
        }
        outer.end();
    }

    /** A task that lives for long, a thread's own, takes and gives back, and hooks of other tasks come and go. */
    @Test
    void longLivesOfTasks() throws Exception {
        Census.assertFlat(TIMES, () -> {
            lock.acquire().close();
            pair.readLock().acquire().close();
            semaphore.acquire().close();
            limiter.acquireOnBehalfOf(owner).close();
            limiter.acquireOnBehalfOf(owner);
            limiter.releaseOnBehalfOf(owner);
        });
    }

    /** A hold that is closed on another thread is unlinked by the next that is taken. */
    @Test
    void holdsThatAreClosedElsewhere() throws Exception {
        Census.assertFlat(TIMES, () -> {
            Hold hold = in(owner, lock::acquire);
            Permit permit = in(owner, semaphore::acquire);
            hold.close();
            permit.close();
        });
    }

    @Test
    void joins() throws Exception {
        Census.assertFlat(TIMES, () -> {
            Task awaited = Task.start("awaited", TaskKind.ASYNC);
            registry.joining(awaited).close();
            awaited.end();
            Joining left = registry.joining(awaited);
            CompletableFuture<Hold> future = in(owner, lock::acquireAsync);
            in(owner, () -> registry.joining(future)).close();
            left.close();
            future.get().close();
        });
    }

    @Test
    void conditionsThatTimeOut() throws Exception {
        Condition condition = lock.newCondition();
        Census.assertFlat(TIMES, () -> {
            lock.lock();
            assertThat(condition.awaitNanos(1_000)).isNotPositive();
            assertThat(lock.newCondition().awaitNanos(1_000)).isNotPositive();
            lock.unlock();
        });
    }

    @Test
    void deadlocksThatAreRefused() throws Exception {
        Census.assertFlat(TIMES, () -> {
            Task outer = Task.start("outer", TaskKind.REQUEST);
            try (Attachment ignored = outer.attach()) {
                lock.lock();
                pair.readLock().lock();
                Task inner = Task.start("inner", TaskKind.REQUEST);
                try (Attachment within = inner.attach()) {
                    assertThatExceptionOfType(DeadlockException.class).isThrownBy(lock::lock);
                    assertThatExceptionOfType(DeadlockException.class).isThrownBy(pair.writeLock()::lock);
                    assertThatExceptionOfType(JoinRefusedException.class).isThrownBy(() -> registry.joining(outer));
                } finally {
                    inner.end();
                }
            } finally {
                outer.end();
            }
            // Puts right what the outer one has left.
            lock.acquire().close();
        });
    }

    /**
     * Keys from outside, of orders for one, are used once each. The long form, with {@code memory.keys} of them, also tells how the heap is.
     */
    @Test
    void keysThatAreUsedOnce() {
        int keys = Integer.getInteger("memory.keys", 50 * TIMES);
        boolean telling = Integer.getInteger("memory.keys") != null;
        long start = usedHeap();
        long most = start;
        StringBuilder figures = new StringBuilder(String.format("used heap after GC: at the start %,d", start));
        for (int key = 1; key <= keys; key++) {
            useOnce(key);
            if (key % 25_000 == 0) {
                registry.guards().forEach(Guard::inspect);
            }
            if (key == keys / 2 || key == keys) {
                forget();
                long used = usedHeap();
                most = Math.max(most, used);
                figures.append(String.format(", after %,d keys %,d", key, used));
                assertThat(registry.size()).as("names and keys in the table").isLessThan(10);
            }
        }
        if (telling) {
            System.out.println(figures);
        }
        assertThat(most - start).as(figures.toString()).isLessThan(4_000_000);
    }

    private void useOnce(int key) {
        if (key % 4 == 0) {
            registry.obtainSemaphore("seat", key, 2).acquire().close();
        } else if (key % 4 == 1) {
            registry.obtainReadWrite("book", key).readLock().acquire().close();
        } else {
            registry.obtain("order", key).acquire().close();
        }
    }

    /** Rounds of eviction until nothing but what this test keeps is in the table. */
    private void forget() {
        Actor.awaitUntil(
                () -> {
                    registry.guards().forEach(Guard::inspect);
                    Census.take();
                    return registry.size() < 10;
                },
                () -> "the unused to be forgotten, not " + registry.size());
    }

    /** The serial collector leaves some of the dead where they lie, as filler arrays, and moves all only every fourth time. */
    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            Census.take();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
