package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.park.Gate;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers and writers come, re-enter, downgrade, give up, are sealed and die at random: never is a reader inside with a writer.
 */
class ReadWriteStormTest {

    private static final int THREADS = 4;
    private static final int ROUNDS = 15_000;
    private static final int WRITER = 1_000;

    private final LongAdder reclaimed = new LongAdder();
    private final LongAdder abandoned = new LongAdder();
    private final LongAdder broken = new LongAdder();
    private final LongAdder gaveUp = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder writes = new LongAdder();
    private final LongAdder seals = new LongAdder();

    private final LockListener counting = new LockListener() {

        @Override
        public void reclaimed(LockId lock, TaskInfo owner, long heldNanos) {
            reclaimed.increment();
        }

        @Override
        public void abandoned(Abandonment abandonment, int waitersTold) {
            abandoned.increment();
        }
    };

    /** One for each reader inside, so many for each writer. */
    private final AtomicInteger inside = new AtomicInteger();

    private volatile boolean failed;

    @ParameterizedTest
    @EnumSource(OnOwnerEnd.class)
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void neverAReaderWithAWriterAndNobodyIsLeftHanging(OnOwnerEnd policy) {
        TaskReadWriteLock pair = TaskReadWriteLock.create(
                new LockId("storm", null),
                LockSettings.DEFAULTS.withOnOwnerEnd(policy),
                new LockEnvironment(Ticker.system(), Parker.system(), Gate.OPEN, Runnable::run, List.of(counting)));
        long seed = RandomGenerator.getDefault().nextLong();
        List<Actor<Void>> actors = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            long mine = seed + i;
            actors.add(Actor.run("actor " + i, () -> {
                RandomGenerator random = RandomGeneratorFactory.getDefault().create(mine);
                try {
                    for (int round = 0; round < ROUNDS && !failed; round++) {
                        live(pair, random);
                    }
                } catch (Throwable e) {
                    failed = true;
                    throw e;
                }
            }));
        }
        try {
            actors.forEach(Actor::result);
            pair.repair();
            Actor.run("last", () -> pair.writeLock().acquire().close()).result();
        } catch (AssertionError e) {
            throw new AssertionError("Seed " + seed + ", " + pair.snapshot(), e);
        }
        assertThat(pair.isIdle()).as("seed %d, %s", seed, pair.snapshot()).isTrue();
        assertThat(inside).hasValue(0);
        assertThat(List.of(reclaimed.sum(), abandoned.sum(), reads.sum(), writes.sum(), seals.sum()))
                .as("a storm in which nobody dies tests nothing")
                .allMatch(count -> count > 0);
        if (policy != OnOwnerEnd.HAND_OVER) {
            assertThat(broken.sum()).isPositive();
        }
    }

    private void live(TaskReadWriteLock pair, RandomGenerator random) {
        Task task = Task.start("task", TaskKind.REQUEST);
        boolean writing = random.nextInt(3) == 0;
        ReadWriteSide side = writing ? pair.writeLock() : pair.readLock();
        try (Attachment ignored = task.attach()) {
            if (random.nextInt(50) == 0 && pair.breakWaiters()) {
                seals.increment();
            }
            if (!take(side, random)) {
                gaveUp.increment();
                return;
            }
            if (writing) {
                write(pair, random);
            } else {
                read(pair, random);
            }
        } catch (BrokenLockException e) {
            broken.increment();
            pair.repair();
        } catch (InterruptedException e) {
            gaveUp.increment();
        } finally {
            Thread.interrupted();
            task.end();
        }
    }

    private static boolean take(ReadWriteSide side, RandomGenerator random) throws InterruptedException {
        switch (random.nextInt(8)) {
            case 0 -> {
                return side.tryLock();
            }
            case 1 -> {
                return side.tryLock(random.nextInt(100), TimeUnit.MICROSECONDS);
            }
            case 2 -> {
                Thread.currentThread().interrupt();
                side.lock();
                return true;
            }
            case 3 -> {
                return takeByFuture(side, random);
            }
            default -> {
                side.lockInterruptibly();
                return true;
            }
        }
    }

    /** Cancelled in half of the cases, as far as it comes to that; else taken again as it is given back. */
    private static boolean takeByFuture(ReadWriteSide side, RandomGenerator random) {
        CompletableFuture<Hold> future = side.acquireAsync();
        if (random.nextBoolean() && future.cancel(true)) {
            return false;
        }
        try (Hold hold = future.join()) {
            side.lock();
            return true;
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private void read(TaskReadWriteLock pair, RandomGenerator random) {
        reads.increment();
        enter(1);
        if (random.nextInt(4) == 0) {
            try (Hold again = pair.readLock().acquire()) {
                Thread.onSpinWait();
            } catch (LockInterruptedException e) {
                // As it is, with the interrupt kept.
            }
        }
        linger(random);
        inside.addAndGet(-1);
        if (random.nextInt(4) > 0) {
            pair.readLock().unlock();
        }
    }

    private void write(TaskReadWriteLock pair, RandomGenerator random) {
        writes.increment();
        enter(WRITER);
        linger(random);
        if (random.nextInt(4) == 0) {
            pair.readLock().lock();
            inside.addAndGet(1 - WRITER);
            pair.writeLock().unlock();
            linger(random);
            inside.addAndGet(-1);
            if (random.nextInt(4) > 0) {
                pair.readLock().unlock();
            }
            return;
        }
        inside.addAndGet(-WRITER);
        if (random.nextInt(4) > 0) {
            pair.writeLock().unlock();
        }
    }

    private static void linger(RandomGenerator random) {
        if (random.nextInt(4) == 0) {
            Thread.yield();
        }
    }

    private void enter(int weight) {
        int now = inside.addAndGet(weight);
        if (now > WRITER || (weight == WRITER && now != WRITER)) {
            throw new AssertionError("Not alone: " + now);
        }
    }
}
