package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that take whatever comes to their mind: all of them get on, and nobody is refused without need. */
class DeadlockStormTest extends DeadlockTesting {

    private static final int TASKS = 6;
    private static final int LOCKS = 5;

    private final long seed = System.getProperty("seed") == null ? new Random().nextLong() : Long.getLong("seed");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void inAnyOrderEverybodyFinishes(boolean fair) {
        assertThat(storm(fair, false))
                .as("a storm without a deadlock tests nothing, seed " + seed)
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void inOneOrderNobodyIsRefused(boolean fair) {
        assertThat(storm(fair, true)).as("refused without need, seed " + seed).isZero();
    }

    /** How many were refused. */
    private long storm(boolean fair, boolean ordered) {
        List<TaskLock> locks = locks(fair);
        LongAdder refused = new LongAdder();
        List<Actor<Void>> actors = new ArrayList<>();
        for (int t = 0; t < TASKS; t++) {
            Random random = new Random(seed + t);
            actors.add(Actor.run("task " + t, () -> {
                for (int round = 0; round < 3_000; round++) {
                    List<TaskLock> wanted = new ArrayList<>(locks);
                    Collections.shuffle(wanted, random);
                    wanted = wanted.subList(0, 2 + random.nextInt(2));
                    if (ordered) {
                        wanted.sort(Comparator.comparing(TaskLock::toString));
                    }
                    takeAll(wanted, refused);
                }
            }));
        }
        try {
            actors.forEach(Actor::result);
        } catch (AssertionError e) {
            throw new AssertionError("Seed " + seed + ", " + WaitForGraph.snapshot(), e);
        }
        return refused.sum();
    }

    private static void takeAll(List<TaskLock> wanted, LongAdder refused) {
        Task task = Task.start("storm", TaskKind.REQUEST);
        Deque<Hold> holds = new ArrayDeque<>();
        try (Attachment ignored = task.attach()) {
            for (TaskLock lock : wanted) {
                holds.push(lock.acquire());
                Thread.yield();
            }
        } catch (DeadlockException e) {
            refused.increment();
        } finally {
            holds.forEach(Hold::close);
            task.end();
        }
    }

    /** One step at a time, each of which a model has foretold: who gets the lock, who waits and who is refused. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void asAModelForetells(boolean fair) {
        Random random = new Random(seed);
        List<TaskLock> locks = locks(fair);
        List<Puppet> puppets = new ArrayList<>();
        Map<TaskLock, Puppet> owners = new HashMap<>();
        Map<TaskLock, Deque<Puppet>> queues = new HashMap<>();
        locks.forEach(lock -> queues.put(lock, new ArrayDeque<>()));
        for (int t = 0; t < TASKS; t++) {
            puppets.add(new Puppet(task("puppet" + t)));
        }
        int refusals = 0;
        for (int step = 0; step < 5_000; step++) {
            List<Puppet> free = puppets.stream().filter(p -> p.wants == null).toList();
            Puppet puppet = free.get(random.nextInt(free.size()));
            TaskLock lock = locks.get(random.nextInt(LOCKS));
            Puppet owner = owners.get(lock);
            String when = "step " + step + ", seed " + seed;
            if (owner == puppet) {
                puppet.release(lock);
                Puppet next = queues.get(lock).poll();
                if (next == null) {
                    owners.remove(lock);
                } else {
                    assertThat(next.outcome()).as(when).isEqualTo("got");
                    next.wants = null;
                    owners.put(lock, next);
                }
            } else {
                puppet.acquire(lock);
                boolean cycle = false;
                for (Puppet p = owner; p != null && !cycle; p = p.wants == null ? null : owners.get(p.wants)) {
                    cycle = p == puppet;
                }
                if (cycle) {
                    assertThat(puppet.outcome()).as(when).isEqualTo("refused");
                    refusals++;
                } else if (owner == null) {
                    assertThat(puppet.outcome()).as(when).isEqualTo("got");
                    owners.put(lock, puppet);
                } else {
                    puppet.wants = lock;
                    queues.get(lock).add(puppet);
                    Actor.awaitUntil(
                            () -> isWaiting(puppet.actor, lock) || !puppet.outcomes.isEmpty(), () -> "a wait, " + when);
                    assertThat(puppet.outcomes).as(when).isEmpty();
                }
            }
        }
        assertThat(refusals).as("refusals, seed " + seed).isPositive();
        puppets.forEach(p -> p.actor.interrupt());
    }

    private static List<TaskLock> locks(boolean fair) {
        LockRegistry registry = LockRegistry.builder()
                .defaults(LockSettings.DEFAULTS.withFair(fair))
                .build();
        List<TaskLock> locks = new ArrayList<>();
        for (int i = 0; i < LOCKS; i++) {
            locks.add(registry.obtain("storm", i));
        }
        return locks;
    }

    /** A task on a thread of its own that does what it is told. */
    private static final class Puppet {

        final LinkedBlockingQueue<Runnable> orders = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
        final Map<TaskLock, Hold> holds = new HashMap<>();
        final Actor<Void> actor;
        TaskLock wants;

        Puppet(Task task) {
            this.actor = actor(task, () -> {
                try {
                    for (; ; ) {
                        orders.take().run();
                    }
                } catch (InterruptedException e) {
                    return null;
                }
            });
        }

        void acquire(TaskLock lock) {
            orders.add(() -> {
                try {
                    holds.put(lock, lock.acquire());
                    outcomes.add("got");
                } catch (DeadlockException e) {
                    outcomes.add("refused");
                }
            });
        }

        void release(TaskLock lock) {
            orders.add(() -> {
                holds.remove(lock).close();
                outcomes.add("released");
            });
            assertThat(outcome()).isEqualTo("released");
        }

        String outcome() {
            try {
                return outcomes.poll(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
