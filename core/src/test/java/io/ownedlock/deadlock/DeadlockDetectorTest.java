package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Waiter;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockInterruptedException;
import io.ownedlock.sync.TaskCondition;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Waits that close a cycle: the last to come is refused, and nobody else is hurt. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DeadlockDetectorTest extends DeadlockTesting {

    @Test
    void twoLocksTakenInOppositeOrder() {
        in(first, a::acquire);
        time.advance(Duration.ofSeconds(1));
        Hold held = in(second, b::acquire);
        time.advance(Duration.ofSeconds(1));
        Actor<Hold> waiter = waiting(b, first, b::acquire);
        time.advance(Duration.ofSeconds(1));

        DeadlockException refused = refused(() -> in(second, a::acquire));
        assertThat(refused.lock()).isEqualTo(a.id());
        assertThat(refused.cycle().lines())
                .containsExactly(
                        second + " (thread " + Thread.currentThread().getName() + ") waits since 2030-01-01T00:00:03Z"
                                + " for a, held since 2030-01-01T00:00:00Z by " + first,
                        first + " (thread first) waits since 2030-01-01T00:00:02Z"
                                + " for b, held since 2030-01-01T00:00:01Z by " + second);
        assertThat(refused).hasMessageContaining(refused.cycle());
        assertThat(a.waiting()).isZero();

        assertThat(isWaiting(waiter, b)).isTrue();
        held.close();
        waiter.result();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void ringsOfMore(int size) {
        List<TaskLock> locks = new ArrayList<>();
        List<Task> ring = new ArrayList<>();
        List<Hold> holds = new ArrayList<>();
        List<Actor<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            TaskLock lock = registry.obtain("ring", i);
            locks.add(lock);
            ring.add(task("task" + i));
            holds.add(in(ring.get(i), lock::acquire));
        }
        for (int i = 0; i < size - 1; i++) {
            TaskLock next = locks.get(i + 1);
            Hold mine = holds.get(i);
            waiters.add(waiting(next, ring.get(i), () -> {
                next.acquire().close();
                mine.close();
                return null;
            }));
        }
        DeadlockException refused = refused(() -> in(ring.get(size - 1), locks.get(0)::acquire));
        assertThat(refused.cycle().lines()).hasSize(size);
        ring.forEach(task -> assertThat(refused).hasMessageContaining(task.label()));
        locks.forEach(lock -> assertThat(refused).hasMessageContaining(lock.toString()));

        holds.get(size - 1).close();
        waiters.forEach(Actor::result);
    }

    @Test
    void aBoundThatTheCallerHasNotSetIsNoWayOut() {
        TaskLock one = registry.obtain("bounded", 1);
        TaskLock two = registry.obtain("bounded", 2);
        in(first, one::acquire);
        in(second, two::acquire);
        waiting(two, first, two::acquire);
        refused(() -> in(second, one::acquire));
    }

    /** As by an annotation: to run out of time is an error, and not a way to go on. */
    @Test
    void aBoundThatIsAnErrorIsNoWayOut() {
        Duration bound = Duration.ofSeconds(30);
        in(first, a::acquire);
        in(second, b::acquire);
        waiting(b, first, () -> b.acquire(bound));
        refused(() -> in(second, () -> a.acquire(bound)));
    }

    /** The same task on one thread after the other: what it holds and what it waits for is its own, and not theirs. */
    @Test
    void tasksThatHaveMovedBetweenThreads() {
        actor(first, a::acquire).result();
        actor(second, b::acquire).result();
        actor(second, () -> registry.obtain("c").tryAcquire()).result();
        waiting(b, first, b::acquire);
        assertThat(actor(second, a::acquire).failure()).isInstanceOf(DeadlockException.class);
        assertThat(actor(second, () -> b.isHeldByCurrentTask()).result()).isTrue();
    }

    /** Who is notified lines up asleep, and does not know yet that it waits for the one that has notified it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOneThatWasNotifiedHoldsWhatTheNotifierWants(boolean timed) {
        TaskCondition condition = a.newCondition();
        Actor<Void> notified = actor(first, () -> {
            try (Hold other = b.acquire();
                    Hold ignored = a.acquire()) {
                if (timed) {
                    condition.await(1, TimeUnit.DAYS);
                } else {
                    condition.await();
                }
            }
            return null;
        });
        // Asleep: if it were awake, it would line up by itself, and could come last.
        notified.awaitParked();
        in(second, () -> {
            try (Hold ignored = a.acquire()) {
                condition.signal();
                assertThat(refused(b::acquire).cycle().lines())
                        .satisfiesExactly(
                                line -> assertThat(line).startsWith(second.label()),
                                line -> assertThat(line)
                                        .startsWith(first + " (thread first) waits since ")
                                        .endsWith(" by " + second));
            }
            return null;
        });
        notified.result();
    }

    /** To take the lock again after a wait is a wait like any other, and may come last. */
    @Test
    void takingTheLockAgainAfterAWaitIsRefused() {
        TaskCondition condition = a.newCondition();
        Actor<Void> late = actor(first, () -> {
            Hold other = b.acquire();
            a.lock();
            try {
                condition.await(10, TimeUnit.SECONDS);
            } finally {
                a.unlock();
                other.close();
            }
            return null;
        });
        Actor.awaitUntil(() -> condition.waiting() == 1, () -> "a wait for the condition");
        Actor<Void> waiter = waiting(b, second, () -> {
            try (Hold ignored = a.acquire()) {
                b.acquire().close();
            }
            return null;
        });
        time.advance(Duration.ofSeconds(10));
        assertThat(late.failure()).isInstanceOf(DeadlockException.class);
        waiter.result();
    }

    @Test
    void aCycleThroughTwoRegistries() {
        TaskLock elsewhere = LockRegistry.builder().build().obtain("a");
        in(first, a::acquire);
        in(second, elsewhere::acquire);
        waiting(elsewhere, first, elsewhere::acquire);
        refused(() -> in(second, a::acquire));
    }

    /** Both are in the table before either looks; whoever looks first, the one that came last is told. */
    @ParameterizedTest
    @ValueSource(strings = {"first", "second", "both"})
    void twoThatCloseTheCycleAtTheSameInstant(String looks) throws Exception {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        CountDownLatch firstIsIn = new CountDownLatch(1);
        CyclicBarrier bothAreIn = new CyclicBarrier(2);
        CountDownLatch looked = new CountDownLatch(1);
        LockRegistry watched = watched(new Gate() {
            @Override
            public void entered(Waiter waiter) {
                try {
                    if (waiter.task() == second) {
                        firstIsIn.await();
                    }
                    Wait wait = detector.publish(waiter);
                    firstIsIn.countDown();
                    bothAreIn.await();
                    if (!looks.equals("both") && !looks.equals(waiter.task().name())) {
                        looked.await();
                    }
                    detector.search(wait);
                    looked.countDown();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
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
        Actor<Hold> survivor = actor(first, two::acquire);
        Actor<Hold> victim = actor(second, one::acquire);

        assertThat(victim.failure()).isInstanceOf(DeadlockException.class);
        awaitWaiting(survivor, two);
        held.close();
        survivor.result();
    }

    @Test
    void bystandersAreNotHurt() {
        Hold mine = in(first, a::acquire);
        Hold held = in(second, b::acquire);
        Actor<Void> behindA = waiting(a, third, () -> {
            a.acquire().close();
            return null;
        });
        Task fourth = task("fourth");
        Actor<Void> behindB = waiting(b, fourth, () -> {
            b.acquire().close();
            return null;
        });
        Actor<Void> waiter = waiting(b, first, () -> {
            b.acquire().close();
            mine.close();
            return null;
        });
        refused(() -> in(second, a::acquire));
        held.close();
        waiter.result();
        behindA.result();
        behindB.result();
    }

    @Test
    void aWaitThatClosesTwoCycles() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf shared = new Shelf("shared", false);
        Shelf other = new Shelf("other", false);
        shared.give(first);
        shared.give(second);
        other.give(third);
        Actor<Void> one = waiting("other", first, () -> other.await(detector, false));
        Actor<Void> two = waiting("other", second, () -> other.await(detector, false));
        assertThatThrownBy(() -> in(third, () -> shared.await(detector, false))).isInstanceOf(Refused.class);
        other.grantFirst();
        other.grantFirst();
        one.result();
        two.result();
    }

    @Test
    void off() {
        LockRegistry blind = LockRegistry.builder().deadlock(DeadlockPolicy.OFF).build();
        TaskLock one = blind.obtain("one");
        TaskLock two = blind.obtain("two");
        in(first, one::acquire);
        Hold held = in(second, two::acquire);
        Actor<Hold> waiter = waiting(two, first, two::acquire);
        Actor<Hold> other = waiting(one, second, one::acquire);
        assertThat(isWaiting(waiter, two)).isTrue();
        assertThat(KnownWaits.tasks()).doesNotContain(first, second);
        other.interrupt();
        assertThat(other.failure()).isInstanceOf(LockInterruptedException.class);
        held.close();
        waiter.result();
    }

    @Test
    void theGraphShowsWhoWaitsForWhom() {
        in(first, a::acquire);
        waiting(a, second, a::acquire);
        assertThat(WaitForGraph.snapshot().edges().stream()
                        .filter(edge -> edge.waiting().id() == second.id()))
                .singleElement()
                .satisfies(edge -> {
                    assertThat(edge.kind()).isEqualTo(WaitForGraph.Kind.HELD_BY);
                    assertThat(edge.resource()).isEqualTo("a");
                    assertThat(edge.key()).isNull();
                    assertThat(edge.holder().label()).isEqualTo(first.label());
                    assertThat(edge.since()).isEqualTo(time.now());
                });
    }

    /** Both have arrived before either looks, and the one that came first looks first. */
    @Test
    void theStoryBeginsWithTheVictimWhoeverLooks() {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf one = new Shelf("one", false);
        Shelf two = new Shelf("two", false);
        one.give(first);
        two.give(second);
        Waiter looks = in(first, () -> arrive(detector, two));
        Waiter last = in(second, () -> arrive(detector, one));
        detector.search(KnownWaits.of(looks));
        assertThat(looks.failure()).isNull();
        assertThat(last.failure().get().getMessage().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(second.label()).endsWith("for one, held by " + first),
                        line -> assertThat(line).startsWith(first.label()).endsWith("for two, held by " + second));
        in(second, () -> run(() -> detector.left(last)));
        in(first, () -> run(() -> detector.left(looks)));
    }

    /** Of those that close a cycle the last must see it, and so each is to be seen before it looks. */
    @Test
    void whoLooksIsSeen() {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Task fourth = task("fourth");
        Shelf mine = new Shelf("mine", false);
        Shelf shared = new Shelf("shared", false);
        Shelf last = new Shelf("last", false);
        mine.give(first);
        shared.give(second);
        shared.give(fourth);
        waiting(last, fourth, () -> last.await(detector, false));
        CountDownLatch looking = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        last.onLook = () -> {
            if (Thread.currentThread().getName().equals("first")) {
                looking.countDown();
                awaitUninterruptibly(goOn);
            }
        };
        Actor<Void> looks = actor(first, () -> shared.await(detector, false));
        awaitUninterruptibly(looking);
        Actor<Void> closes = actor(second, () -> mine.await(detector, false));
        Actor.awaitUntil(() -> closes.isDone() || isWaiting(closes, mine), () -> "it to be refused");
        goOn.countDown();
        awaitWaiting(looks, shared);
        assertThat(closes.isDone()).isTrue();
        assertThat(closes.failure()).isInstanceOf(Refused.class);
        shared.grantFirst();
        last.grantFirst();
        looks.result();
    }

    private static Waiter arrive(DeadlockDetector detector, Shelf shelf) {
        Waiter waiter = shelf.lot.join(Task.current());
        detector.publish(waiter);
        return waiter;
    }
}
