package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TaskSemaphoreTest extends LockTesting {

    private final LockId id = new LockId("render", null);

    private TaskSemaphore semaphore(int permits) {
        return TaskSemaphore.create(id, permits, environment(Runnable::run));
    }

    private TaskSemaphore bounded(int permits, int maximum) {
        return TaskSemaphore.create(id, permits, maximum, environment(Runnable::run));
    }

    private static Task ownerOf(TaskSemaphore semaphore) {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        in(owner, semaphore::acquire);
        return owner;
    }

    private static Actor<Permit> acquirer(String name, TaskSemaphore semaphore) {
        return inOwnTask(name, semaphore::acquire);
    }

    @Test
    void whatItIsMadeOfIsChecked() {
        assertThatIllegalArgumentException().isThrownBy(() -> semaphore(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> bounded(2, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> bounded(0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> bounded(-1, 1));
        assertThat(bounded(1, 2).maximum()).isEqualTo(2);
        assertThat(semaphore(0).maximum()).isEqualTo(Long.MAX_VALUE);
        assertThat(semaphore(3).available()).isEqualTo(3);
        assertThat(semaphore(3)).hasToString("render");
        assertThat(semaphore(3).id()).isEqualTo(id);
    }

    @Test
    void asManyAsThereArePermitsAndNoMore() {
        TaskSemaphore semaphore = semaphore(2);
        Permit first = semaphore.acquire();
        Permit second = semaphore.tryAcquire();
        assertThat(semaphore.available()).isZero();
        assertThat(semaphore.tryAcquire()).isNull();
        assertThat(semaphore.shared().tryAcquire()).isFalse();
        assertThat(semaphore.tryAcquire(Duration.ZERO)).isNull();
        time.advance(Duration.ofSeconds(3));
        first.close();
        first.close();
        assertThat(semaphore.available()).as("closed once").isEqualTo(1);
        assertThat(second.lock()).isEqualTo(id);
        assertThat(second.since()).isEqualTo(time.now().minusSeconds(3));
        second.close();
        assertThat(semaphore.available()).isEqualTo(2);
        assertThat(events)
                .containsExactly(
                        "acquired render after 0",
                        "acquired render after 0",
                        "released render after 3000000000",
                        "released render after 3000000000");
    }

    @Test
    void anybodyMayCloseAPermit() {
        TaskSemaphore semaphore = semaphore(1);
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Permit permit = in(owner, semaphore::acquire);
        Actor.run("other", permit::close).result();
        assertThat(semaphore.available()).isEqualTo(1);
        owner.end();
        assertThat(semaphore.available()).as("not given back twice").isEqualTo(1);
        assertThat(events).doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void aPermitGoesToTheOldestWaiterBeforeItHasWokenUp() {
        TaskSemaphore semaphore = semaphore(1);
        Permit permit = semaphore.acquire();
        Stop aboutToPark = stopAtPark("first");
        Actor<Permit> first = acquirer("first", semaphore);
        aboutToPark.awaitReached();
        Actor<Permit> second = acquirer("second", semaphore).awaitParkedOn(semaphore.lot());
        assertThat(semaphore.waiting()).isEqualTo(2);

        permit.close();
        assertThat(semaphore.available()).isZero();
        assertThat(semaphore.tryAcquire()).as("no barging").isNull();
        assertThat(semaphore.waiting()).isEqualTo(1);
        assertThat(owners(semaphore)).containsExactly("first");

        aboutToPark.pass();
        first.result().close();
        second.result().close();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void whoReleasesAndTakesAgainQueuesBehindThoseWhoWait() {
        TaskSemaphore semaphore = semaphore(1);
        Permit permit = semaphore.acquire();
        Actor<Permit> first = acquirer("first", semaphore).awaitParkedOn(semaphore.lot());
        permit.close();
        Actor<Permit> again = acquirer("again", semaphore).awaitParkedOn(semaphore.lot());
        assertThat(again.isDone()).isFalse();
        first.result().close();
        again.result().close();
    }

    @Test
    void atMostSoManyAreInside() {
        TaskSemaphore semaphore = semaphore(2);
        AtomicInteger inside = new AtomicInteger();
        List<Actor<Void>> actors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            actors.add(inOwnTask("worker " + i, () -> {
                for (int round = 0; round < 200; round++) {
                    try (Permit permit = semaphore.acquire()) {
                        assertThat(inside.incrementAndGet()).isBetween(1, 2);
                        Thread.yield();
                        inside.decrementAndGet();
                    }
                }
                return null;
            }));
        }
        actors.forEach(Actor::result);
        assertThat(semaphore.available()).isEqualTo(2);
        assertThat(owners(semaphore)).isEmpty();
    }

    @Test
    void anEndedOwnersPermitsGoToThoseWhoWaitAndToThePool() {
        TaskSemaphore semaphore = semaphore(2);
        Task owner = ownerOf(semaphore);
        in(owner, semaphore::acquire);
        Actor<Permit> waiter = acquirer("waiter", semaphore).awaitParkedOn(semaphore.lot());
        time.advance(Duration.ofSeconds(1));
        owner.end();
        waiter.result().close();
        assertThat(semaphore.available()).isEqualTo(2);
        assertThat(events)
                .filteredOn(event -> event.startsWith("reclaimed"))
                .containsExactly(
                        "reclaimed render from owner after 1000000000", "reclaimed render from owner after 1000000000");
    }

    @Test
    void aPermitClosedAfterItsOwnerEndedDoesNothing() {
        TaskSemaphore semaphore = semaphore(1);
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Permit permit = in(owner, semaphore::acquire);
        owner.end();
        Permit next = semaphore.acquire();
        permit.close();
        assertThat(semaphore.available()).isZero();
        next.close();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void anOwnerThatIsEndingKeepsItsPermitUntilItsThreadLeaves() {
        TaskSemaphore semaphore = semaphore(1);
        Task owner = Task.start("owner", TaskKind.REQUEST);
        try (Attachment inside = owner.attach()) {
            semaphore.acquire();
            owner.end();
            assertThat(semaphore.available()).isZero();
            assertThatExceptionOfType(LockRefusedException.class)
                    .isThrownBy(semaphore::acquire)
                    .withMessageContaining("ending");
        }
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void aDeadThreadIsFoundOutByWhoIsAboutToWait() {
        TaskSemaphore semaphore = semaphore(1);
        Actor.runAndDie("dying", semaphore::acquire);
        assertThat(semaphore.available()).isZero();
        semaphore.acquire().close();
        Actor.runAndDie("dying", semaphore::acquire);
        assertThat(semaphore.tryAcquire()).as("a try looks, too").isNotNull();
        assertThat(events)
                .filteredOn(event -> event.startsWith("reclaimed"))
                .hasSize(2)
                .allMatch(event -> event.contains("dying"));
    }

    @Test
    void aThreadThatDiesWhileOthersWaitIsFoundOutByTheWatchdog() {
        TaskSemaphore semaphore = semaphore(1);
        Stop alive = new Stop();
        Actor<Void> dying = Actor.run("dying", () -> {
            semaphore.acquire();
            alive.here();
        });
        alive.awaitReached();
        Actor<Permit> waiter = acquirer("waiter", semaphore).awaitParkedOn(semaphore.lot());
        semaphore.inspectOwners();
        assertThat(waiter.isParkedOn(semaphore.lot())).isTrue();
        alive.pass();
        dying.result();
        Actor.awaitUntil(() -> !dying.thread().isAlive(), () -> "death");
        semaphore.inspectOwners();
        waiter.result().close();
    }

    @Test
    void aTaskWhoseEndWasMissedIsFoundOutByTheWatchdog() {
        TaskSemaphore semaphore = semaphore(1);
        Task missed = Task.start("missed", TaskKind.REQUEST, inside -> true);
        in(missed, semaphore::acquire);
        assertThat(semaphore.tryAcquire()).isNull();
        semaphore.inspectOwners();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void waitingTooLongNamesWhoHasHeldLongest() {
        TaskSemaphore semaphore = semaphore(1);
        ownerOf(semaphore);
        Actor<Permit> waiter = inOwnTask("waiter", () -> semaphore.acquire(Duration.ofSeconds(1)));
        waiter.awaitParkedOn(semaphore.lot());
        time.advance(Duration.ofSeconds(1));
        assertThat(waiter.failure())
                .isInstanceOf(WaitTooLongException.class)
                .hasMessageContaining("'owner'")
                .hasMessageContaining("1000 ms");
        assertThatExceptionOfType(WaitTooLongException.class)
                .isThrownBy(() -> semaphore(0).acquire(Duration.ZERO))
                .matches(failure -> failure.owner() == null);
    }

    @Test
    void whoIsInterruptedLeavesTheQueue() {
        TaskSemaphore semaphore = semaphore(1);
        Permit permit = semaphore.acquire();
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            try {
                semaphore.acquire();
                throw new AssertionError("got it");
            } catch (LockInterruptedException e) {
                return Thread.interrupted();
            }
        });
        waiter.awaitParkedOn(semaphore.lot()).interrupt();
        assertThat(waiter.result()).isTrue();
        assertThat(semaphore.waiting()).isZero();
        permit.close();
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(events).contains("INTERRUPTED render after 0");
    }

    @Test
    void whoIsInterruptedAlreadyDoesNotGetEvenAFreePermit() {
        TaskSemaphore semaphore = semaphore(1);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(LockInterruptedException.class).isThrownBy(semaphore::acquire);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    @Test
    void sharedPermitsHandOverBetweenTasks() {
        TaskSemaphore done = semaphore(0);
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            done.shared().acquire();
            return true;
        });
        waiter.awaitParkedOn(done.lot());
        done.shared().release();
        assertThat(waiter.result()).isTrue();
        assertThat(done.available()).isZero();
        done.shared().release();
        done.shared().release();
        assertThat(done.available()).as("more than at first").isEqualTo(2);
        assertThat(done.shared().tryAcquire(Duration.ofSeconds(1))).isTrue();
        assertThat(done.available()).isEqualTo(1);
        assertThat(events).as("nobody's, so nobody got or gave back anything").isEmpty();
    }

    @Test
    void aSharedPermitOutlivesItsTaker() {
        TaskSemaphore semaphore = semaphore(1);
        Task taker = Task.start("taker", TaskKind.REQUEST);
        in(taker, semaphore.shared()::tryAcquire);
        taker.end();
        assertThat(semaphore.available()).isZero();
        Actor.runAndDie("dying", () -> {
            semaphore.shared().release();
            semaphore.shared().acquire();
        });
        assertThat(semaphore.tryAcquire()).isNull();
        semaphore.shared().release();
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(events).filteredOn(event -> event.startsWith("reclaimed")).isEmpty();
    }

    @Test
    void thereAreNeverMorePermitsThanTheMaximum() {
        TaskSemaphore semaphore = bounded(2, 2);
        assertThatIllegalStateException()
                .isThrownBy(() -> semaphore.shared().release())
                .withMessageContaining("too many times");
        assertThat(semaphore.available()).isEqualTo(2);
        Permit owned = semaphore.acquire();
        assertThatIllegalStateException()
                .as("the owned one will come back")
                .isThrownBy(() -> semaphore.shared().release());
        assertThat(semaphore.available()).isEqualTo(1);
        semaphore.shared().acquire();
        semaphore.shared().release();
        owned.close();
        assertThat(semaphore.available()).isEqualTo(2);
    }

    @Test
    void aReleaseThatHandsOverIsWithinTheMaximum() {
        TaskSemaphore semaphore = bounded(0, 1);
        Actor<Permit> waiter = acquirer("waiter", semaphore).awaitParkedOn(semaphore.lot());
        semaphore.shared().release();
        waiter.result();
        assertThatIllegalStateException().isThrownBy(() -> semaphore.shared().release());
    }

    @Test
    void ownedAndSharedStandInOneQueue() {
        TaskSemaphore semaphore = semaphore(0);
        Actor<Boolean> first = inOwnTask("first", () -> {
            semaphore.shared().acquire();
            return true;
        });
        first.awaitParkedOn(semaphore.lot());
        Actor<Permit> second = acquirer("second", semaphore).awaitParkedOn(semaphore.lot());
        assertThat(waiting(semaphore)).containsExactly("first", "second");
        semaphore.shared().release();
        assertThat(first.result()).isTrue();
        assertThat(second.isParkedOn(semaphore.lot())).isTrue();
        semaphore.shared().release();
        second.result();
    }

    @Test
    void itIsKnownWhoIsInTheWayOnlyOfASinglePermit() {
        TaskSemaphore single = bounded(1, 1);
        assertThat(single.lot().resource().holdings()).isEmpty();
        Task owner = ownerOf(single);
        assertThat(single.lot().resource().holdings())
                .singleElement()
                .matches(holding -> holding.owner() == owner)
                .hasToString("render held by " + owner);
        TaskSemaphore open = semaphore(1);
        ownerOf(open);
        assertThat(open.lot().resource().holdings())
                .as("anybody may release one")
                .isEmpty();
        TaskSemaphore shared = bounded(1, 1);
        shared.shared().acquire();
        assertThat(shared.lot().resource().holdings()).isEmpty();
        assertThat(single.lot().resource().deadlock("a -> b")).isInstanceOf(DeadlockException.class);
    }

    @Test
    void sharedPermitsAreTriedFor() {
        SharedPermits one = semaphore(1).shared();
        assertThat(one.tryAcquire()).isTrue();
        assertThat(one.tryAcquire()).isFalse();
        assertThat(one.tryAcquire(Duration.ZERO)).isFalse();
        one.release();
        assertThat(one.tryAcquire(Duration.ZERO)).isTrue();
    }

    @Test
    void aPermitThatWasGivenBackKeepsNobodys() {
        TaskSemaphore two = TaskSemaphore.create(new LockId("two", null), 2, environment());
        Claim first = (Claim) two.acquire();
        Claim second = (Claim) two.acquire();
        first.close();
        assertThat(first.newer).isNull();
        Claim third = (Claim) two.acquire();
        third.close();
        assertThat(third.older).isNull();
        second.close();
    }
}
