package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each race of the semaphore, forced into each of its orders. */
class SemaphoreRaceTest extends LockTesting {

    private final TaskSemaphore semaphore =
            TaskSemaphore.create(new LockId("render", null), 1, environment(Runnable::run));

    private Actor<Permit> timedWaiter() {
        return inOwnTask("waiter", () -> semaphore.tryAcquire(Duration.ofSeconds(1)));
    }

    @Test
    void grantedBeforeTimeIsUp() {
        Permit permit = semaphore.acquire();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Permit> waiter = timedWaiter();
        aboutToPark.awaitReached();
        permit.close();
        time.advance(Duration.ofSeconds(2));
        aboutToPark.pass();
        assertThat(waiter.result()).isNotNull();
        assertThat(semaphore.available()).isZero();
    }

    @Test
    void grantedBetweenTheLastLookAndTheTimeOut() {
        Permit permit = semaphore.acquire();
        // Reads: 1 tries, 2 joins, 3 passes on, 4 has found none: then it looks at the deadline.
        Stop looked = stopAtRead("waiter", 4);
        Actor<Permit> waiter = timedWaiter();
        looked.awaitReached();
        time.advance(Duration.ofSeconds(2));
        permit.close();
        looked.pass();
        assertThat(waiter.result()).as("a grant is never lost").isNotNull();
        assertThat(events).noneMatch(event -> event.startsWith("TIMED_OUT"));
    }

    @Test
    void timeIsUpBeforeTheGrant() {
        Permit permit = semaphore.acquire();
        Actor<Permit> waiter = timedWaiter().awaitParkedOn(semaphore.lot());
        time.advance(Duration.ofSeconds(1));
        assertThat(waiter.result()).isNull();
        permit.close();
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(events).contains("TIMED_OUT render after 1000000000");
    }

    @Test
    void aGrantBeatsAnInterruptWhichIsKept() {
        Permit permit = semaphore.acquire();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            try (Permit mine = semaphore.acquire()) {
                return Thread.interrupted();
            }
        });
        aboutToPark.awaitReached();
        waiter.interrupt();
        permit.close();
        aboutToPark.pass();
        assertThat(waiter.result()).isTrue();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void anInterruptBeforeTheGrantLeavesThePermitToTheNext() {
        Permit permit = semaphore.acquire();
        Actor<Permit> first = inOwnTask("first", semaphore::acquire).awaitParkedOn(semaphore.lot());
        Actor<Permit> second = inOwnTask("second", semaphore::acquire).awaitParkedOn(semaphore.lot());
        first.interrupt();
        assertThat(first.failure()).isInstanceOf(LockInterruptedException.class);
        permit.close();
        second.result().close();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void releasedBeforeTheWaiterHasJoined() {
        Permit permit = semaphore.acquire();
        Stop joining = stopAtRead("waiter", 2);
        Actor<Permit> waiter = inOwnTask("waiter", semaphore::acquire);
        joining.awaitReached();
        assertThat(semaphore.waiting()).isZero();
        permit.close();
        assertThat(semaphore.available()).isEqualTo(1);
        joining.pass();
        waiter.result();
    }

    @Test
    void nobodyOvertakesWhoHasJoinedButNotYetSeenThatAPermitIsFree() {
        Permit permit = semaphore.acquire();
        Stop joining = new Stop();
        Stop joined = new Stop();
        AtomicInteger reads = new AtomicInteger();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("waiter")) {
                switch (reads.incrementAndGet()) {
                    case 2 -> joining.here();
                    case 3 -> joined.here();
                    default -> {}
                }
            }
        });
        Actor<Permit> waiter = inOwnTask("waiter", semaphore::acquire);
        joining.awaitReached();
        permit.close();
        joining.pass();
        joined.awaitReached();
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(semaphore.tryAcquire()).as("somebody queues").isNull();
        joined.pass();
        waiter.result();
    }

    @Test
    void twoReleasedBeforeTwoJoinedServeBoth() {
        Permit permit = semaphore.acquire();
        Stop joined = stopAtRead("first", 3);
        Actor<Permit> first = inOwnTask("first", semaphore::acquire);
        joined.awaitReached();
        assertThat(semaphore.waiting()).isEqualTo(1);
        Actor<Permit> second = inOwnTask("second", semaphore::acquire).awaitParkedOn(semaphore.lot());
        permit.close();
        semaphore.shared().release();
        joined.pass();
        first.result();
        second.result();
    }

    @Test
    void theWaitersTaskEndsBeforeItHasJoined() {
        semaphore.acquire();
        Task task = Task.start("task", TaskKind.REQUEST);
        Stop joining = stopAtRead("waiter", 2);
        Actor<Permit> waiter = Actor.start("waiter", () -> in(task, semaphore::acquire));
        joining.awaitReached();
        task.end();
        joining.pass();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(semaphore.waiting()).isZero();
        assertThat(events).anyMatch(event -> event.startsWith("REFUSED"));
    }

    @Test
    void theWaitersTaskEndsWhileItIsParked() {
        semaphore.acquire();
        Task task = Task.start("task", TaskKind.REQUEST);
        Actor<Permit> waiter = Actor.start("waiter", () -> in(task, semaphore::acquire));
        waiter.awaitParkedOn(semaphore.lot());
        task.end();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(semaphore.waiting()).isZero();
    }

    @Test
    void theTaskEndsBetweenItsIntentAndAFreePermit() {
        Task task = Task.start("task", TaskKind.REQUEST);
        Stop tried = stopAtRead("acquirer", 1);
        Actor<Permit> acquirer = Actor.start("acquirer", () -> in(task, semaphore::acquire));
        tried.awaitReached();
        task.end();
        tried.pass();
        assertThat(acquirer.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(events).noneMatch(event -> event.startsWith("acquired"));
    }

    @Test
    void aPermitIsPassedOnIfItsReceiverIsEnding() {
        Permit permit = semaphore.acquire();
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Stop aboutToPark = stopAtPark("first");
        Actor<Permit> first = Actor.start("first", () -> in(ending, semaphore::acquire));
        aboutToPark.awaitReached();
        Actor<Permit> second = inOwnTask("second", semaphore::acquire).awaitParkedOn(semaphore.lot());
        permit.close();
        ending.end();
        aboutToPark.pass();
        assertThat(first.failure()).isInstanceOf(LockRefusedException.class);
        second.result().close();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void closedBeforeTheOwnerEndsAndAfter() {
        for (boolean closedFirst : new boolean[] {true, false}) {
            Task owner = Task.start("owner", TaskKind.REQUEST);
            Permit permit = in(owner, semaphore::acquire);
            if (closedFirst) {
                permit.close();
                owner.end();
            } else {
                owner.end();
                permit.close();
            }
            assertThat(semaphore.available()).isEqualTo(1);
        }
        assertThat(events).filteredOn(event -> event.startsWith("released")).hasSize(1);
        assertThat(events).filteredOn(event -> event.startsWith("reclaimed")).hasSize(1);
    }

    /** Closing stands still just before, or just after it has given the permit back, while the owner ends. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theOwnerEndsWhileThePermitIsBeingClosed(int read) {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Permit permit = in(owner, semaphore::acquire);
        Actor<Permit> waiter = inOwnTask("waiter", semaphore::acquire).awaitParkedOn(semaphore.lot());
        Stop closing = stopAtRead("closer", read);
        Actor<Void> closer = Actor.run("closer", permit::close);
        closing.awaitReached();
        owner.end();
        closing.pass();
        closer.result();
        waiter.result().close();
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(events).filteredOn(event -> event.startsWith("reclaimed")).isEmpty();
    }

    /** An error at the n-th reading of the clock, which stands for every place. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void anErrorInsideLosesNoPermitAndForgetsNobody(int n) {
        Permit permit = semaphore.acquire();
        AtomicInteger reads = new AtomicInteger();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("struck") && reads.incrementAndGet() == n) {
                throw new StackOverflowError("on purpose");
            }
        });
        Task task = Task.start("struck", TaskKind.REQUEST);
        Actor<Object> struck = Actor.start("struck", () -> {
            try {
                return in(task, semaphore::acquire);
            } catch (StackOverflowError e) {
                return e;
            }
        });
        Actor.awaitUntil(
                () -> struck.isDone() || struck.isParkedOn(semaphore.lot()), () -> "the struck one to wait, or die");
        Actor<Permit> behind = inOwnTask("behind", semaphore::acquire).awaitParkedOn(semaphore.lot());
        permit.close();
        struck.result();
        task.end();
        behind.result().close();
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(semaphore.waiting()).isZero();
    }

    /** Room for one call more each time, from hardly any to enough. */
    @Test
    void aStackThatEndsAtAnyDepthLosesNoPermit() {
        int struck = 0;
        for (int room = 0; room < 200; room++) {
            Attempt attempt = new Attempt(room);
            Task task = Task.start("deep", TaskKind.REQUEST);
            Actor.run("deep", () -> in(task, attempt::dive)).result();
            struck += attempt.struck ? 1 : 0;
            task.end();
            semaphore.acquire().close();
            assertThat(semaphore.available()).isEqualTo(1);
            assertThat(semaphore.waiting()).isZero();
        }
        assertThat(struck).isBetween(1, 199);
    }

    /** Goes down until the stack ends, comes up again by so many calls, and takes and gives back a permit there. */
    private final class Attempt {

        private final int room;
        private boolean struck;

        Attempt(int room) {
            this.room = room;
        }

        @SuppressWarnings("InfiniteRecursion") // the point of it
        int dive() {
            int below;
            try {
                below = dive();
            } catch (StackOverflowError deepest) {
                below = 0;
            }
            if (below == room) {
                try {
                    semaphore.acquire().close();
                } catch (StackOverflowError e) {
                    struck = true;
                }
            }
            return below + 1;
        }
    }

    @Test
    void whoeverDiesWaitingWithoutLeavingTheQueueIsTakenOutByItsTasksEnd() {
        PermitPool pool = new PermitPool(
                new LockId("render", null), new PermitCount(0, 1), LockSettings.DEFAULTS, environment(Runnable::run));
        ParkingLot lot = pool.lot();
        Task dying = Task.start("dying", TaskKind.REQUEST);
        Waiter left = in(dying, () -> {
            Claim claim = Claim.owned(pool);
            pool.register(claim);
            return pool.queue().join(claim);
        });
        dying.end();
        assertThat(lot.contains(left)).isFalse();
        assertThat(pool.exits().add()).isTrue();
        assertThat(pool.available()).isEqualTo(1);
    }
}
