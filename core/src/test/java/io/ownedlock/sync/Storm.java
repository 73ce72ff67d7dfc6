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
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Owners die at random moments while others wait, run out of time, are interrupted or come by: nobody is left hanging, and
 * never are two inside.
 */
final class Storm {

    private static final int WAITERS = 3;

    /** So many deaths have a time limit together: what takes longer hangs. */
    private static final int SQUALL = 50_000;

    private final TaskLock lock;
    private final Function<Runnable, Thread> threads;
    private final int deaths;
    private final AtomicInteger inside = new AtomicInteger();
    private final LongAdder broken = new LongAdder();
    private final LongAdder granted = new LongAdder();
    private final LongAdder gaveUp = new LongAdder();

    Storm(LockSettings settings, Function<Runnable, Thread> threads, int deaths) {
        this.lock = TaskLock.create(
                new LockId("storm", null),
                settings,
                new LockEnvironment(Ticker.system(), Parker.system(), Gate.OPEN, Runnable::run, List.of()));
        this.threads = threads;
        this.deaths = deaths;
    }

    /** How many deaths, unless the system property {@code storm.deaths} asks for more. */
    static int deaths(int byDefault) {
        return Integer.getInteger("storm.deaths", byDefault);
    }

    void blow() {
        long start = System.nanoTime();
        for (int left = deaths; left > 0; left -= SQUALL) {
            squall(Math.min(left, SQUALL));
        }
        assertThat(broken.sum() + granted.sum() + gaveUp.sum()).isEqualTo((long) deaths * WAITERS);
        assertThat(granted.sum()).isPositive();
        assertThat(gaveUp.sum()).isPositive();
        if (Integer.getInteger("storm.deaths") != null) {
            System.out.printf(
                    "%,d deaths in %d s, nobody hanging, never two inside; waiters broken %,d, granted %,d, gave up %,d%n",
                    deaths, (System.nanoTime() - start) / 1_000_000_000, broken.sum(), granted.sum(), gaveUp.sum());
        }
    }

    private void squall(int deaths) {
        long seed = RandomGenerator.getDefault().nextLong();
        CyclicBarrier round = new CyclicBarrier(WAITERS + 1);
        List<Actor<Void>> actors = new ArrayList<>();
        actors.add(actor("owner", seed, deaths, random -> {
            die(random, round);
            round.await();
            assertThat(lock.waiting()).isZero();
            return null;
        }));
        for (int w = 1; w <= WAITERS; w++) {
            actors.add(actor("waiter " + w, seed + w, deaths, random -> {
                round.await();
                want(random);
                round.await();
                return null;
            }));
        }
        try {
            Actor.awaitAll(actors);
        } catch (AssertionError e) {
            throw new AssertionError("Seed " + seed + ", " + lock.snapshot(), e);
        }
    }

    long broken() {
        return broken.sum();
    }

    private interface Turn {
        Void take(RandomGenerator random) throws Exception;
    }

    private Actor<Void> actor(String name, long seed, int deaths, Turn turn) {
        Callable<Void> script = () -> {
            RandomGenerator random = RandomGeneratorFactory.getDefault().create(seed);
            for (int i = 0; i < deaths; i++) {
                turn.take(random);
            }
            return null;
        };
        return Actor.start(name, threads, script);
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
            if (!take(random)) {
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

    private boolean take(RandomGenerator random) throws InterruptedException {
        switch (random.nextInt(5)) {
            case 0:
                return lock.tryLock();
            case 1:
                return lock.tryLock(random.nextInt(100), TimeUnit.MICROSECONDS);
            case 2:
                Thread.currentThread().interrupt();
                lock.lock();
                return true;
            case 3:
                Thread.currentThread().interrupt();
                lock.lockInterruptibly();
                return true;
            default:
                lock.lockInterruptibly();
                return true;
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
