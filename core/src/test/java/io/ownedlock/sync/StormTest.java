package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.park.Gate;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Owners die at random moments while others wait, run out of time, are interrupted or come by: nobody is left hanging, and
 * never are two inside.
 */
class StormTest {

    private static final int WAITERS = 3;
    private static final int DEATHS = 20_000;

    private final TaskLock lock = TaskLock.create(
            new LockId("storm", null),
            LockSettings.DEFAULTS,
            new LockEnvironment(Ticker.system(), Parker.system(), Gate.OPEN, Runnable::run, List.of()));
    private final AtomicInteger inside = new AtomicInteger();
    private final LongAdder broken = new LongAdder();
    private final LongAdder granted = new LongAdder();
    private final LongAdder gaveUp = new LongAdder();

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void nobodyIsLeftHangingAndNeverAreTwoInside() {
        long seed = RandomGenerator.getDefault().nextLong();
        CyclicBarrier round = new CyclicBarrier(WAITERS + 1);
        List<Actor<Void>> actors = new ArrayList<>();
        actors.add(Actor.run("owner", () -> {
            RandomGenerator random = RandomGeneratorFactory.getDefault().create(seed);
            for (int i = 0; i < DEATHS; i++) {
                die(random, round);
                round.await();
                assertThat(lock.waiting()).isZero();
            }
        }));
        for (int w = 1; w <= WAITERS; w++) {
            long mine = seed + w;
            actors.add(Actor.run("waiter " + w, () -> {
                RandomGenerator random = RandomGeneratorFactory.getDefault().create(mine);
                for (int i = 0; i < DEATHS; i++) {
                    round.await();
                    want(random);
                    round.await();
                }
            }));
        }
        try {
            actors.forEach(Actor::result);
        } catch (AssertionError e) {
            throw new AssertionError("Seed " + seed + ", " + lock.snapshot(), e);
        }
        assertThat(broken.sum() + granted.sum() + gaveUp.sum()).isEqualTo((long) DEATHS * WAITERS);
        assertThat(broken.sum()).as("a storm that breaks nobody tests nothing").isPositive();
        assertThat(granted.sum()).isPositive();
    }

    private void die(RandomGenerator random, CyclicBarrier round) throws Exception {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        try (Attachment ignored = owner.attach()) {
            lock.lock();
            enter();
            round.await();
            int patience = random.nextInt(WAITERS + 1);
            for (int spins = 0; lock.waiting() < patience && spins < 1_000; spins++) {
                Thread.onSpinWait();
            }
            leave();
            if (random.nextBoolean()) {
                owner.end();
            }
        }
        owner.end();
    }

    private void want(RandomGenerator random) {
        Task task = Task.start("waiter", TaskKind.REQUEST);
        try (Attachment ignored = task.attach()) {
            boolean got = switch (random.nextInt(4)) {
                case 0 -> lock.tryLock();
                case 1 -> lock.tryLock(random.nextInt(100), TimeUnit.MICROSECONDS);
                case 2 -> {
                    Thread.currentThread().interrupt();
                    lock.lock();
                    yield true;
                }
                default -> {
                    lock.lockInterruptibly();
                    yield true;
                }
            };
            if (!got) {
                gaveUp.increment();
                return;
            }
            enter();
            leave();
            granted.increment();
            if (random.nextInt(8) > 0) {
                lock.unlock();
            }
        } catch (BrokenLockException e) {
            broken.increment();
        } catch (InterruptedException e) {
            gaveUp.increment();
        } finally {
            Thread.interrupted();
            task.end();
        }
    }

    private void enter() {
        if (inside.incrementAndGet() != 1) {
            throw new AssertionError("Two inside");
        }
    }

    private void leave() {
        inside.decrementAndGet();
    }
}
