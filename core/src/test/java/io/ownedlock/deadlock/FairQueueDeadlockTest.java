package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.park.Gate;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.HoldableLock;
import io.ownedlock.sync.LockInterruptedException;
import io.ownedlock.sync.Primitive;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.task.Task;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Ticker;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may not overtake waits for those before, too. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class FairQueueDeadlockTest extends DeadlockTesting {

    @Test
    void whoWaitsInAFairQueueWaitsForThoseBefore() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf pages = new Shelf("pages", true);
        pages.give(first);
        Actor<Void> writer = waiting("pages", second, () -> pages.await(detector, false));
        in(third, c::acquire);
        Actor<Void> reader = waiting("pages", third, () -> pages.await(detector, true));

        assertThat(refused(() -> in(first, c::acquire)).cycle().lines())
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("for c, held since 2030-01-01T00:00:00Z by " + third),
                        line -> assertThat(line).endsWith("for pages, in the queue behind " + second),
                        line -> assertThat(line).endsWith("for pages, held by " + first));
        pages.grantFirst();
        pages.grantFirst();
        writer.result();
        reader.result();
    }

    @Test
    void whoMayOvertakeWaitsForNobodyBefore() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf pages = new Shelf("pages", false);
        pages.give(first);
        Actor<Void> writer = waiting("pages", second, () -> pages.await(detector, false));
        in(third, c::acquire);
        Actor<Void> reader = waiting("pages", third, () -> pages.await(detector, true));
        Actor<Hold> waiter = waiting(c, first, c::acquire);
        pages.grantFirst();
        pages.grantFirst();
        writer.result();
        reader.result();
        waiter.interrupt();
        waiter.failure();
    }

    /** The one before has set its own time, so it gets out of the way by itself. */
    @Test
    void nobodyWaitsForWhoLeavesTheQueueByItself() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf pages = new Shelf("pages", true);
        pages.give(first);
        Actor<Void> writer = waiting("pages", second, () -> pages.await(Gate.OPEN, false));
        in(third, c::acquire);
        Actor<Void> reader = waiting("pages", third, () -> pages.await(detector, true));
        Actor<Hold> waiter = waiting(c, first, c::acquire);
        pages.grantFirst();
        pages.grantFirst();
        writer.result();
        reader.result();
        waiter.interrupt();
        waiter.failure();
    }

    @Test
    void aFairLock() {
        TaskLock fair = registry.obtain("fair");
        Hold held = in(first, fair::acquire);
        Actor<Void> before = waiting(fair, second, () -> {
            fair.acquire().close();
            return null;
        });
        Hold other = in(third, c::acquire);
        Actor<Void> behind = waiting(fair, third, () -> {
            fair.acquire().close();
            other.close();
            return null;
        });
        assertThat(WaitForGraph.snapshot().edges())
                .anyMatch(edge -> edge.kind() == WaitForGraph.Kind.BEHIND
                        && edge.waiting().id() == third.id()
                        && edge.holder().id() == second.id());
        refused(() -> in(first, c::acquire));
        held.close();
        before.result();
        behind.result();
    }

    /** Next before it is one that gets out of the way by itself, and before that one that does not. */
    @Test
    void whoWaitsBehindWhoLeavesByItselfWaitsForThoseFurtherUp() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf pages = new Shelf("pages", true);
        pages.give(first);
        Actor<Void> writer = waiting("pages", second, () -> pages.await(detector, false));
        Actor<Void> leaving = waiting("pages", task("leaving"), () -> pages.await(Gate.OPEN, false));
        in(third, c::acquire);
        Actor<Void> reader = waiting("pages", third, () -> pages.await(detector, true));
        refused(() -> in(first, c::acquire));
        pages.grantFirst();
        pages.grantFirst();
        pages.grantFirst();
        writer.result();
        leaving.result();
        reader.result();
    }

    @Test
    void nobodyIsBehindAnybodyInALockThatIsNotFair() {
        in(first, a::acquire);
        List<Actor<Hold>> waiters = List.of(waiting(a, second, a::acquire), waiting(a, third, a::acquire));
        assertThat(WaitForGraph.snapshot().edges())
                .filteredOn(edge -> "a".equals(edge.resource()))
                .extracting(WaitForGraph.Edge::kind)
                .containsExactly(WaitForGraph.Kind.HELD_BY, WaitForGraph.Kind.HELD_BY);
        waiters.forEach(waiter -> {
            waiter.interrupt();
            assertThat(waiter.failure()).isInstanceOf(LockInterruptedException.class);
        });
    }

    @Test
    void whoIsAtHomeIsNotBehindAnybody() {
        whoIsAtHomeIsNotBehindAnybody(registry.obtain("fair"), registry.obtain("fair"));
    }

    @Test
    void whoIsAtHomeInAPairIsNotBehindAnybody() {
        TaskReadWriteLock pair = registry.obtainReadWrite("pair");
        whoIsAtHomeIsNotBehindAnybody(pair.writeLock(), pair);
    }

    /** It had joined the line before it was at home. */
    private void whoIsAtHomeIsNotBehindAnybody(HoldableLock lock, Primitive primitive) {
        Hold outsider = in(third, lock::acquire);
        Task borrower = in(first, () -> Task.startNested("borrower", inside -> false));
        Task sibling = in(first, () -> Task.startNested("sibling", inside -> false));
        CountDownLatch go = new CountDownLatch(1);
        Actor<Void> host = inLine(primitive, 1, first, () -> {
            try (Hold ignored = lock.acquire()) {
                awaitUninterruptibly(go);
                registry.joining(sibling).close();
            }
            return null;
        });
        Actor<Hold> stranger = inLine(primitive, 2, second, lock::acquire);
        Actor<Hold> lent = inLine(primitive, 3, borrower, lock::acquire);
        Actor<Hold> waits = inLine(primitive, 4, sibling, lock::acquire);
        outsider.close();
        Hold loan = lent.result();
        go.countDown();
        host.result();
        loan.close();
        stranger.result().close();
        waits.result().close();
        borrower.end();
        sibling.end();
    }

    private static <T> Actor<T> inLine(Primitive primitive, int length, Task task, Callable<T> action) {
        Actor<T> actor = actor(task, action);
        Actor.awaitUntil(() -> primitive.waiting() == length, () -> task + " to wait");
        return actor.awaitParked();
    }
}
