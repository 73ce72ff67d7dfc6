package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Holding;
import io.ownedlock.park.Waiter;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.CapacityLimiter;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockInterruptedException;
import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskCondition;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What looks like a deadlock, and is none: nobody is refused. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class NoDeadlockTest extends DeadlockTesting {

    @Test
    void whoHasSetItsOwnTimeGetsAwayByItself() {
        Hold mine = in(first, a::acquire);
        in(second, b::acquire);
        Actor<Boolean> patient = waiting(b, first, () -> b.tryLock(10, TimeUnit.SECONDS));
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        time.advance(Duration.ofSeconds(10));
        assertThat(patient.result()).isFalse();
        mine.close();
        waiter.result();
    }

    @Test
    void whoHasSetItsOwnTimeIsNoVictim() {
        in(first, a::acquire);
        Hold held = in(second, b::acquire);
        waiting(b, first, b::acquire);
        Actor<Boolean> patient = waiting(a, second, () -> a.tryLock(10, TimeUnit.SECONDS));
        time.advance(Duration.ofSeconds(10));
        assertThat(patient.result()).isFalse();
        held.close();
    }

    /** It is not in the queue any more, though still in the table. */
    @Test
    void aWaiterThatHasJustGivenUp() {
        CountDownLatch leaving = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        LockRegistry watched = watched(new Gate() {
            @Override
            public void entered(Waiter waiter) {
                detector.entered(waiter);
            }

            @Override
            public void left(Waiter waiter) {
                if (waiter.task() == first) {
                    leaving.countDown();
                    awaitUninterruptibly(leave);
                }
                detector.left(waiter);
            }
        });
        TaskLock one = watched.obtain("one");
        TaskLock two = watched.obtain("two");
        Hold mine = in(first, one::acquire);
        in(second, two::acquire);
        Actor<Hold> gaveUp = waiting(two, first, two::acquire);
        gaveUp.interrupt();
        awaitUninterruptibly(leaving);

        Actor<Hold> waiter = waiting(one, second, one::acquire);
        leave.countDown();
        assertThat(gaveUp.failure()).isInstanceOf(LockInterruptedException.class);
        mine.close();
        waiter.result();
    }

    /** A hold may be closed by anybody: here it is, while the walk is between two looks, so the cycle was never there at one time. */
    @Test
    void aCycleThatWasNeverThereAtOneTime() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf one = new Shelf("one", false);
        Shelf two = new Shelf("two", false);
        one.give(first);
        Holding closing = two.give(second);
        Actor<Void> there = waiting("two", first, () -> two.await(detector, false));
        // The walk from the second task reads shelf one, then shelf two, where it sees this; it is gone when it looks
        // again.
        two.onLook = () -> {
            two.onLook = () -> two.held.remove(closing);
        };
        Actor<Void> here = waiting("one", second, () -> one.await(detector, false));
        assertThat(two.held).isEmpty();
        assertThat(isWaiting(there, "two")).isTrue();
        two.grantFirst();
        one.grantFirst();
        there.result();
        here.result();
    }

    /** It gets what it waits for while the walk asks who holds that: what is in its way is so no more. */
    @Test
    void aWaiterThatIsServedWhileItIsLookedAt() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf one = new Shelf("one", false);
        Shelf two = new Shelf("two", false);
        one.give(first);
        two.give(second);
        Actor<Void> there = waiting("two", first, () -> two.await(detector, false));
        two.onLook = () -> {
            two.onLook = () -> {};
            two.grantFirst();
        };
        Actor<Void> here = waiting("one", second, () -> one.await(detector, false));
        there.result();
        one.grantFirst();
        here.result();
    }

    @Test
    void aCycleWhoseFirstLinkIsGoneWhenTheLastIsSeen() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf one = new Shelf("one", false);
        Shelf two = new Shelf("two", false);
        one.give(first);
        two.give(second);
        Actor<Void> there = waiting("two", first, () -> two.await(detector, false));
        two.onLook = () -> one.held.set(0, () -> third);
        Actor<Void> here = waiting("one", second, () -> one.await(detector, false));
        assertThat(isWaiting(there, "two")).isTrue();
        two.grantFirst();
        one.grantFirst();
        there.result();
        here.result();
    }

    @Test
    void anAsyncWaitThatNobodyJoins() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf shelf = new Shelf("shelf", true);
        in(first, a::acquire);
        shelf.give(second);
        Waiter future = shelf.lot.joinAsync(first, null, false, decided -> {});
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        // Nor is it one that stands still in the queue.
        Actor<Void> behind = waiting("shelf", third, () -> shelf.await(detector, true));
        assertThat(WaitForGraph.snapshot().edges())
                .noneMatch(edge -> edge.waiting().id() == first.id());
        shelf.lot.remove(future);
        shelf.grantFirst();
        behind.result();
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(LockInterruptedException.class);
    }

    @Test
    void aChainThatEndsInATaskThatGoesOn() {
        Hold hc = in(third, c::acquire);
        Hold hb = in(second, b::acquire);
        Actor<Void> middle = waiting(c, second, () -> {
            c.acquire().close();
            hb.close();
            return null;
        });
        Actor<Hold> end = waiting(b, first, b::acquire);
        in(third, () -> {
            hc.close();
            return null;
        });
        middle.result();
        end.result();
    }

    @Test
    void reEntryIsNoWait() {
        in(first, a::acquire);
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        in(first, () -> {
            a.acquire().close();
            return null;
        });
        assertThat(isWaiting(waiter, a)).isTrue();
    }

    /** Each tries to get what the other has, and lets go of its own if it cannot: the usual way out of taking in any order. */
    @Test
    void whoTriesAgainAndAgainIsNeverRefused() {
        for (int round = 0; round < 3; round++) {
            Hold own = in(first, a::acquire);
            Hold others = in(second, b::acquire);
            Actor<Boolean> one = waiting(b, first, () -> b.tryLock(10, TimeUnit.SECONDS));
            Actor<Boolean> two = waiting(a, second, () -> a.tryLock(10, TimeUnit.SECONDS));
            time.advance(Duration.ofSeconds(10));
            assertThat(one.result()).isFalse();
            assertThat(two.result()).isFalse();
            own.close();
            others.close();
        }
    }

    /** Somebody else may release one: to hand over is what they are for. */
    @Test
    void sharedPermits() {
        TaskSemaphore one = semaphore(1);
        TaskSemaphore two = semaphore(1);
        in(first, () -> run(() -> one.shared().acquire()));
        in(second, () -> run(() -> two.shared().acquire()));
        Actor<Void> there =
                waiting("permit", first, () -> run(() -> two.shared().acquire()));
        Actor<Void> here =
                waiting("permit", second, () -> run(() -> one.acquire().close()));
        one.shared().release();
        two.shared().release();
        there.result();
        here.result();
    }

    /** Of several permits any may come back, from a bystander for one. */
    @Test
    void severalPermits() {
        TaskSemaphore permits = semaphore(2);
        Permit bystanders = in(third, permits::acquire);
        in(first, permits::acquire);
        in(second, a::acquire);
        Actor<Void> there =
                waiting("permit", second, () -> run(() -> permits.acquire().close()));
        Actor<Hold> here = waiting(a, first, a::acquire);
        bystanders.close();
        there.result();
        second.end();
        assertThat(here.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void aFutureThatNobodyJoins() {
        in(first, a::acquire);
        Hold held = in(second, b::acquire);
        CompletableFuture<Hold> future = in(first, b::acquireAsync);
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        assertThat(WaitForGraph.snapshot().edges())
                .noneMatch(edge -> edge.waiting().id() == first.id());
        held.close();
        future.join().close();
        first.end();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }

    /** Whatever is chained to the future gives it back, on whatever thread, though the owner's sleeps. */
    @Test
    void whatAFutureHasBroughtIsGivenBackElsewhere() {
        Hold byFuture = in(first, a::acquireAsync).join();
        Hold held = in(second, b::acquire);
        Actor<Hold> owner = waiting(b, first, b::acquire);
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        byFuture.close();
        waiter.result().close();
        held.close();
        owner.result().close();
    }

    /** Asleep, waiting to be notified: by whom, nobody knows. */
    @Test
    void whoWaitsForAConditionWaitsForNobody() {
        TaskCondition condition = a.newCondition();
        Actor<Void> notified = actor(first, () -> {
            try (Hold other = b.acquire();
                    Hold ignored = a.acquire()) {
                condition.await();
            }
            return null;
        });
        Actor.awaitUntil(() -> condition.waiting() == 1, () -> "a wait for the condition");
        Actor<Void> waiter = waiting(b, second, () -> {
            try (Hold ignored = a.acquire()) {
                b.acquire(Duration.ofDays(1)).close();
            }
            return null;
        });
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(LockInterruptedException.class);
        in(
                third,
                () -> run(() -> {
                    try (Hold ignored = a.acquire()) {
                        condition.signal();
                    }
                }));
        notified.result();
    }

    private TaskSemaphore semaphore(int permits) {
        return TaskSemaphore.create(
                new LockId("permit", null),
                permits,
                permits,
                environment(new DeadlockDetector(DeadlockPolicy.THROW, time)));
    }

    /** Out of a wait it was called into another one; when that is over it may do anything, and need not go on with the first. */
    @Test
    void whatAThreadHadStoppedForBeforeItsWait() {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf before = new Shelf("before", false);
        Shelf now = new Shelf("now", false);
        before.give(second);
        now.give(third);
        in(
                first,
                () -> run(() -> {
                    Waiter outer = before.lot.join(first);
                    detector.entered(outer);
                    Waiter inner = now.lot.join(first);
                    detector.entered(inner);
                    assertThat(whatFirstWaitsFor()).containsExactly("now");
                    detector.left(inner);
                    assertThat(whatFirstWaitsFor()).containsExactly("before");
                    detector.left(outer);
                    assertThat(whatFirstWaitsFor()).isEmpty();
                }));
    }

    private List<String> whatFirstWaitsFor() {
        return WaitForGraph.snapshot().edges().stream()
                .filter(edge -> edge.waiting().id() == first.id())
                .map(WaitForGraph.Edge::resource)
                .toList();
    }

    @Test
    void soIsAPermitThatAFutureHasBrought() {
        TaskSemaphore permits = semaphore(1);
        Permit byFuture = in(first, permits::acquireAsync).join();
        Hold held = in(second, b::acquire);
        Actor<Hold> owner = waiting(b, first, b::acquire);
        Actor<Void> waiter =
                waiting("permit", second, () -> run(() -> permits.acquire().close()));
        byFuture.close();
        waiter.result();
        held.close();
        owner.result().close();
    }

    /** Whoever has asked for the token has it in hand, and is not stopped. */
    @Test
    void aTokenMayComeBackFromWhoTookItForTheBorrower() {
        CapacityLimiter limiter = registry.obtainLimiter("limiter", 1);
        Permit token = in(third, () -> limiter.acquireOnBehalfOf(second));
        Hold held = in(first, a::acquire);
        Actor<Hold> borrower = waiting(a, second, a::acquire);
        Actor<Permit> waiter = waiting("limiter", first, limiter::acquire);
        token.close();
        waiter.result().close();
        held.close();
        borrower.result().close();
    }
}
