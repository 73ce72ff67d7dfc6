package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a lock that is lent when its lender or its borrower ends, lets go or is in the way. */
class LoanTest extends LockTesting {

    private final Task outer = Task.start("outer", TaskKind.REQUEST);
    private final Task nested = nestedIn(outer, "nested");

    /** It has been given the lock, and is told to end before it is awake; by then, one nested in it has borrowed. */
    @Test
    void whoIsRefusedAfterItHasLentKeepsNothing() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withFair(true));
        Hold first = lock.acquire();
        Stop given = new Stop();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("thread") && lock.isHeldByCurrentTask()) {
                given.here();
            }
        });
        Actor<Hold> thread =
                Actor.start("thread", () -> in(outer, lock::acquire)).awaitParkedOn(lock.lot());
        first.close();
        given.awaitReached();
        Hold loan = in(nested, lock::acquire);

        outer.end();
        given.pass();
        assertThat(thread.failure()).isInstanceOf(LockRefusedException.class);
        loan.close();
        assertThat(lock.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(OnOwnerEnd.class)
    void aBorrowerThatDiesAfterItsLenderHasLetGoIsAnOwnerLikeAnyOther(OnOwnerEnd policy) {
        TaskLock lock = newLock(settings(policy));
        Hold lent = in(outer, lock::acquire);
        in(nested, lock::acquire);
        lent.close();
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());

        nested.end();
        if (policy == OnOwnerEnd.HAND_OVER) {
            assertThat(waiter.result().predecessor().owner().name()).isEqualTo("nested");
        } else {
            assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("'nested'");
            assertThat(lock.state()).isEqualTo(policy == OnOwnerEnd.POISON ? LockState.POISONED : LockState.FREE);
        }
        assertThat(lock.snapshot().abandonment().lender()).isNull();
        assertThat(events)
                .containsOnlyOnce("abandoned order[42] by nested, told " + (policy == OnOwnerEnd.HAND_OVER ? 0 : 1));
    }

    /** Its lender has the lock back by the borrower's death, and does not release it. */
    @Test
    void whoWaitsForALoanIsServedWhenTheBorrowerDies() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        in(outer, lock::acquire);
        in(nested, lock::acquire);
        Task sibling = nestedIn(outer, "sibling");
        Actor<Hold> waiter =
                Actor.start("waiter", () -> in(sibling, lock::acquire)).awaitParkedOn(lock.lot());
        nested.end();
        waiter.result().close();
        assertThat(owners(lock)).containsExactly("outer");
    }

    @Test
    void aLenderBeyondOneThatHasLetGoIsToldOfTheBorrowersDeath() {
        TaskLock lock = newLock(settings(OnOwnerEnd.POISON));
        Task inner = nestedIn(nested, "inner");
        Hold lent = in(outer, lock::acquire);
        Hold lentOn = in(nested, lock::acquire);
        in(inner, lock::acquire);
        lentOn.close();

        inner.end();
        assertThat(owners(lock)).containsExactly("outer");
        assertThat(lent.predecessor().owner().name()).isEqualTo("inner");
        assertThat(lent.predecessor().lender().name()).isEqualTo("outer");
        lent.close();
        assertThat(lock.isIdle()).isTrue();
    }

    /** By its thread, and by a future on top of that. */
    @Test
    void theEndOfATaskThatHasItTwiceIsOneIncident() {
        TaskLock lock = newLock(settings(OnOwnerEnd.BREAK));
        twiceIn(outer, lock);

        outer.end();
        assertThat(lock.state()).isEqualTo(LockState.FREE);
        assertThat(events.stream().filter(event -> event.startsWith("abandoned")))
                .containsExactly("abandoned order[42] by outer, told 0");
        assertThat(lock.snapshot().abandonment().lender()).isNull();
    }

    private void twiceIn(Task task, TaskLock lock) {
        Hold first = lock.acquire();
        CompletableFuture<Hold> one = in(task, lock::acquireAsync);
        CompletableFuture<Hold> two = in(task, lock::acquireAsync);
        first.close();
        assertThat(one).isCompleted();
        assertThat(two).isCompleted();
    }

    @Test
    void whoHasItAloneByNowMayWaitForACondition() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        TaskCondition condition = lock.newCondition();
        Hold lent = in(outer, lock::acquire);
        Hold borrowed = in(nested, lock::acquire);
        lent.close();

        assertThat(in(nested, () -> condition.await(0, TimeUnit.NANOSECONDS))).isFalse();
        assertThat(owners(lock)).containsExactly("nested");
        borrowed.close();
        assertThat(lock.isIdle()).isTrue();
    }

    /** They are all in the way, and the loan may be back before its lender has done. */
    @Test
    void anOperatorSendsAwayFromTheLenderToo() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Hold lent = in(outer, lock::acquire);
        Hold loan = in(nested, lock::acquire);

        assertThat(lock.breakWaiters()).isTrue();
        assertThat(lock.breakWaiters()).as("again").isFalse();
        loan.close();
        assertThat(lock.state()).isEqualTo(LockState.SEALED);
        assertThat(Actor.start("try", lock::tryLock).failure()).isInstanceOf(BrokenLockException.class);
        lent.close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aSealEndsWhenALenderHasLetGo() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Hold lent = in(outer, lock::acquire);
        lock.breakWaiters();
        Hold loan = in(nested, lock::acquire);

        lent.close();
        assertThat(lock.state()).isEqualTo(LockState.HELD);
        assertThat(Actor.start("try", lock::tryLock).result()).isFalse();
        loan.close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aLenderIsOverdueWhileItHasLentAndToldOnce() {
        TaskLock lock = newLock(
                LockSettings.DEFAULTS.withHoldAtMost(Duration.ofSeconds(10)).withOnOverdue(OnOverdue.BREAK_WAITERS));
        in(outer, lock::acquire);
        time.advance(Duration.ofSeconds(9));
        Hold loan = in(nested, lock::acquire);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());

        time.advance(Duration.ofSeconds(1));
        lock.inspectOwners();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("'outer'");
        assertThat(lock.state()).isEqualTo(LockState.SEALED);
        assertThat(lock.snapshot().abandonment().owner().name()).isEqualTo("outer");
        loan.close();
        in(nested, lock::acquire);
        lock.inspectOwners();
        assertThat(events.stream().filter(event -> event.startsWith("overdue")))
                .containsExactly("overdue order[42] by outer");
    }

    @Test
    void aLenderThatDoesNotLeaveIsFoundOutWhileItHasLent() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withEndingGrace(Duration.ZERO));
        try (Attachment inside = outer.attach()) {
            lock.lock();
            Actor.start("borrower", () -> in(nested, lock::acquire)).result();
            Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
            outer.end();
            lock.inspectOwners();
            assertThat(waiter.failure())
                    .isInstanceOf(BrokenLockException.class)
                    .hasMessageContaining("OWNER_STUCK")
                    .hasMessageContaining("'outer'");
        }
    }

    @Test
    void nobodyWaitsBehindASealedLoanNotEvenItsLender() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Task sibling = nestedIn(outer, "sibling");
        Hold lent = in(outer, lock::acquire);
        Hold loan = in(nested, lock::acquire);
        Actor<Hold> parked =
                Actor.start("parked", () -> in(sibling, lock::acquire)).awaitParkedOn(lock.lot());

        lock.breakWaiters();
        assertThat(parked.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("'nested'");
        assertThatExceptionOfType(BrokenLockException.class).isThrownBy(() -> in(sibling, lock::tryLock));
        assertThatExceptionOfType(BrokenLockException.class).isThrownBy(() -> in(outer, lock::tryLock));
        loan.close();
        assertThat(in(sibling, () -> lock.tryLock()))
                .as("sealed for strangers only")
                .isTrue();
        in(sibling, () -> {
            lock.unlock();
            return null;
        });
        lent.close();
        assertThat(lock.isIdle()).isTrue();
    }

    /** Only the lender is too long inside: whoever it will lend to next may wait for that. */
    @Test
    void behindASealedLenderItsOwnMayWait() {
        TaskLock lock = newLock(
                LockSettings.DEFAULTS.withHoldAtMost(Duration.ofSeconds(10)).withOnOverdue(OnOverdue.BREAK_WAITERS));
        Task sibling = nestedIn(outer, "sibling");
        in(outer, lock::acquire);
        time.advance(Duration.ofSeconds(9));
        Hold loan = in(nested, lock::acquire);
        time.advance(Duration.ofSeconds(1));
        Actor<Hold> waiter =
                Actor.start("waiter", () -> in(sibling, lock::acquire)).awaitParkedOn(lock.lot());

        lock.inspectOwners();
        assertThat(lock.state()).isEqualTo(LockState.SEALED);
        waiter.awaitParkedOn(lock.lot());
        loan.close();
        waiter.result().close();
    }

    @Test
    void whatIsNotReentrantIsBroughtByOneFutureAtATime() {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withReentrant(false));
        Hold first = lock.acquire();
        CompletableFuture<Hold> one = in(outer, lock::acquireAsync);
        CompletableFuture<Hold> two = in(outer, lock::acquireAsync);
        CompletableFuture<Hold> inner = in(nested, lock::acquireAsync);

        first.close();
        assertThat(one).isCompleted();
        assertThat(two).isNotDone();
        one.join().close();
        assertThat(two).isCompleted();
        assertThat(inner).isNotDone();
        two.join().close();
        inner.join().close();
        assertThat(lock.isIdle()).isTrue();
    }

    /** Two find the lender ended at the same time: who ends it, and who gives the loan back. */
    @ParameterizedTest
    @EnumSource(OnOwnerEnd.class)
    void noTokenComesAgainThoughALoanIsBackWhileTheLenderEnds(OnOwnerEnd policy) {
        TaskLock lock = newLock(settings(policy));
        in(outer, lock::acquire);
        Stop prepared = new Stop();
        Stop back = new Stop();
        AtomicInteger reads = new AtomicInteger();
        AtomicBoolean closing = new AtomicBoolean();
        time.onRead(() -> {
            String thread = Thread.currentThread().getName();
            if (thread.equals("ender") && reads.incrementAndGet() == 4) {
                prepared.here();
            } else if (thread.equals("borrower") && closing.get()) {
                back.here();
            }
        });
        Actor<Boolean> ender = Actor.start("ender", () -> outer.end());
        prepared.awaitReached();
        Actor<Long> borrower = Actor.start(
                "borrower",
                () -> in(nested, () -> {
                    try (Hold loan = lock.acquire()) {
                        closing.set(true);
                        return loan.fencingToken();
                    }
                }));
        back.awaitReached();
        prepared.pass();
        ender.result();
        back.pass();
        long token = borrower.result();
        lock.repair();
        assertThat(lock.acquire().fencingToken()).isGreaterThan(token);
    }
}
