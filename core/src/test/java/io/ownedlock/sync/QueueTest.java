package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who gets the lock next, and who may not even wait. */
class QueueTest extends LockTesting {

    private static final LockSettings FAIR = LockSettings.DEFAULTS.withFair(true);

    @Test
    void aFairLockBelongsToTheFirstInLineBeforeItHasWokenUp() {
        TaskLock lock = newLock(FAIR);
        Hold hold = lock.acquire();
        Actor<Hold> first = acquirer("first", lock).awaitParkedOn(lock.lot());
        Actor<Hold> second = acquirer("second", lock).awaitParkedOn(lock.lot());
        hold.close();
        assertThat(lock.snapshot().owner().name()).isEqualTo("first");
        assertThat(lock.waiting()).isEqualTo(1);
        first.result().close();
        assertThat(lock.snapshot().owner().name()).isEqualTo("second");
        second.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void nobodyOvertakesInAFairLock() {
        TaskLock lock = newLock(FAIR);
        Hold hold = lock.acquire();
        Actor<Hold> first = acquirer("first", lock).awaitParkedOn(lock.lot());
        hold.close();
        Actor<Hold> again = acquirer("again", lock);
        Hold firsts = first.result();
        again.awaitParkedOn(lock.lot());
        assertThat(lock.tryLock()).isFalse();
        firsts.close();
        again.result().close();
    }

    @Test
    void aFairLockIsNotTakenFromUnderThoseWhoWaitEvenIfItLooksFree() {
        TaskLock lock = newLock(FAIR);
        Task waiting = Task.start("waiting", TaskKind.REQUEST);
        Hold hold = lock.acquire();
        // Has joined, and not yet looked whether the lock is free.
        boolean[] stopped = {false};
        Stop joined = new Stop();
        int[] reads = {0};
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("first") && ++reads[0] == 2 && !stopped[0]) {
                stopped[0] = true;
                joined.here();
            }
        });
        Actor<Hold> first = Actor.start("first", () -> in(waiting, lock::acquire));
        joined.awaitReached();
        hold.close();
        assertThat(lock.tryLock()).isFalse();
        joined.pass();
        first.result().close();
        assertThat(lock.tryLock()).isTrue();
    }

    @Test
    void nobodyOvertakesOneWhoHasJoinedAFreeFairLockAndNotYetLooked() {
        TaskLock lock = newLock(FAIR);
        Hold hold = lock.acquire();
        Stop joining = new Stop();
        Stop joined = new Stop();
        int[] reads = {0};
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("first")) {
                reads[0]++;
                (reads[0] == 1 ? joining : joined).here();
            }
        });
        Actor<Hold> first = acquirer("first", lock);
        joining.awaitReached();
        hold.close();
        joining.pass();
        joined.awaitReached();
        assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
        assertThat(lock.tryLock()).isFalse();
        joined.pass();
        first.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aFairGrantIsPassedOnIfItsReceiverIsEnding() {
        TaskLock lock = newLock(FAIR);
        Hold hold = lock.acquire();
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Stop aboutToPark = stopAtPark("first");
        Actor<Hold> first = Actor.start("first", () -> in(ending, lock::acquire));
        aboutToPark.awaitReached();
        Actor<Hold> second = acquirer("second", lock).awaitParkedOn(lock.lot());
        hold.close();
        ending.end();
        aboutToPark.pass();
        assertThat(first.failure()).isInstanceOf(LockRefusedException.class);
        second.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aGrantBeatsATimeOut() {
        TaskLock lock = newLock(FAIR);
        Hold hold = lock.acquire();
        Stop aboutToPark = stopAtPark("first");
        Actor<Boolean> first = inOwnTask("first", () -> lock.tryLock(1, TimeUnit.SECONDS));
        aboutToPark.awaitReached();
        hold.close();
        time.advance(java.time.Duration.ofSeconds(2));
        aboutToPark.pass();
        assertThat(first.result()).isTrue();
    }

    @Test
    void anAbandonedLockIsHandedOverToTheFirstAndTheOthersGoOnWaiting() {
        TaskLock lock = newLock(settings(OnOwnerEnd.HAND_OVER));
        Task owner = ownerOf(lock);
        Actor<Hold> first = acquirer("first", lock).awaitParkedOn(lock.lot());
        Actor<Hold> second = acquirer("second", lock).awaitParkedOn(lock.lot());
        owner.end();
        Hold inherited = first.result();
        assertThat(inherited.predecessor().owner().id()).isEqualTo(owner.id());
        assertThat(inherited.fencingToken()).isEqualTo(2);
        second.awaitParkedOn(lock.lot());
        assertThat(events).contains("abandoned order[42] by owner, told 0");
        inherited.close();
        assertThat(second.result().predecessorAbandoned()).isFalse();
    }

    @Test
    void handedOverToNobodyItIsFreeWithAFlag() {
        TaskLock lock = newLock(settings(OnOwnerEnd.HAND_OVER));
        ownerOf(lock).end();
        assertThat(lock.acquire().predecessorAbandoned()).isTrue();
    }

    @Test
    void anHeirThatIsEndingPassesTheInheritanceOnWithTheFlag() {
        TaskLock lock = newLock(settings(OnOwnerEnd.HAND_OVER));
        Task owner = ownerOf(lock);
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Stop aboutToPark = stopAtPark("heir");
        Actor<Hold> heir = Actor.start("heir", () -> in(ending, lock::acquire));
        aboutToPark.awaitReached();
        Actor<Hold> second = acquirer("second", lock).awaitParkedOn(lock.lot());
        owner.end();
        ending.end();
        aboutToPark.pass();
        assertThat(heir.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(second.result().predecessor().owner().name()).isEqualTo("owner");
    }

    @Test
    void aLockThatIsNotReentrantSaysSo() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withReentrant(false));
        try (Hold hold = lock.acquire()) {
            for (Actor.Script attempt :
                    List.<Actor.Script>of(lock::acquire, lock::lock, lock::tryLock, lock::tryAcquire)) {
                assertThatExceptionOfType(IllegalMonitorStateException.class)
                        .isThrownBy(attempt::run)
                        .withMessageContaining("not re-entrant");
            }
            assertThatExceptionOfType(IllegalMonitorStateException.class)
                    .isThrownBy(() -> Task.runInTask("nested", () -> lock.acquire()));
            assertThat(lock.snapshot().count()).isEqualTo(1);
        }
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void noMoreMayWaitThanThereIsRoomFor() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withMaxWaiters(1));
        Hold hold = lock.acquire();
        Actor<Hold> first = acquirer("first", lock).awaitParkedOn(lock.lot());
        assertThat(acquirer("second", lock).failure())
                .isInstanceOf(LockRefusedException.class)
                .hasMessageContaining("as many as may wait are waiting, 1");
        assertThat(acquirer("third", lock).failure().getStackTrace())
                .as("cheap")
                .isEmpty();
        assertThat(lock.tryLock()).as("no wait").isTrue();
        lock.unlock();
        hold.close();
        first.result().close();
        assertThat(lock.isIdle()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> LockSettings.DEFAULTS.withMaxWaiters(-1));
    }

    @Test
    void ofTwoWhoFindTheSameRoomTheSecondIsRefused() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withMaxWaiters(1));
        Hold hold = lock.acquire();
        // It joins with its first look at the clock: the lock was not free.
        Stop joining = stopAtRead("late", 1);
        Actor<Hold> late = acquirer("late", lock);
        joining.awaitReached();
        Actor<Hold> first = acquirer("first", lock).awaitParkedOn(lock.lot());
        joining.pass();
        assertThat(late.failure())
                .isInstanceOf(LockRefusedException.class)
                .hasMessageContaining("as many as may wait are waiting, 1, and " + Task.current() + " holds it since ");
        hold.close();
        first.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void noRoomAtAllMeansNoWaiting() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withMaxWaiters(0));
        ownerOf(lock);
        assertThat(acquirer("first", lock).failure()).isInstanceOf(LockRefusedException.class);
    }

    /** Woken, and slow to come: whoever joins the queue in the meantime need not wait for that. */
    @Test
    void aFreeLockThatIsNotFairGoesToWhoeverInLineComesFirst() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Hold hold = lock.acquire();
        Stop joining = stopAtRead("second", 1);
        Actor<Hold> second = acquirer("second", lock);
        joining.awaitReached();
        Actor<Hold> first = acquirer("first", lock).awaitParkedOn(lock.lot());
        Stop woken = stopAtRead("first", 1);
        hold.close();
        woken.awaitReached();
        joining.pass();
        second.result().close();
        woken.pass();
        first.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void inAFairLockTheSecondInLineLeavesAFreeLockToTheFirst() {
        TaskLock lock = newLock(FAIR);
        Hold hold = lock.acquire();
        Stop firstJoins = new Stop();
        Stop firstLooks = new Stop();
        Stop secondJoins = new Stop();
        AtomicInteger readsOfTheFirst = new AtomicInteger();
        time.onRead(() -> {
            switch (Thread.currentThread().getName()) {
                case "first" -> (readsOfTheFirst.incrementAndGet() == 1 ? firstJoins : firstLooks).here();
                case "second" -> secondJoins.here();
                default -> {}
            }
        });
        Actor<Hold> first = acquirer("first", lock);
        firstJoins.awaitReached();
        Actor<Hold> second = acquirer("second", lock);
        secondJoins.awaitReached();
        hold.close();
        firstJoins.pass();
        firstLooks.awaitReached();
        secondJoins.pass();
        second.awaitParkedOn(lock.lot());
        assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
        firstLooks.pass();
        first.result().close();
        second.result().close();
        assertThat(lock.isIdle()).isTrue();
    }
}
