package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the writing side of a pair that is lent when its lender or its borrower ends or lets go; as for a lock. */
class ReadWriteLoanTest extends ReadWriteTesting {

    private final Task outer = Task.start("outer", TaskKind.REQUEST);
    private final Task nested = nestedIn(outer, "nested");

    @Test
    void whoIsRefusedAfterItHasLentKeepsNothing() {
        TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);
        ReadWriteSide write = pair.writeLock();
        Hold first = write.acquire();
        Stop given = new Stop();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("thread") && write.isHeldByCurrentTask()) {
                given.here();
            }
        });
        Actor<Hold> thread =
                Actor.start("thread", () -> in(outer, write::acquire)).awaitParkedOn(pair.lot());
        first.close();
        given.awaitReached();
        Hold loan = in(nested, write::acquire);

        outer.end();
        given.pass();
        assertThat(thread.failure()).isInstanceOf(LockRefusedException.class);
        loan.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(OnOwnerEnd.class)
    void aBorrowerThatDiesAfterItsLenderHasLetGoIsAWriterLikeAnyOther(OnOwnerEnd policy) {
        TaskReadWriteLock pair = newPair(settings(policy));
        Hold lent = in(outer, pair.writeLock()::acquire);
        in(nested, pair.writeLock()::acquire);
        lent.close();
        Actor<Hold> waiter = waiter("waiter", pair, pair.readLock());

        nested.end();
        if (policy == OnOwnerEnd.HAND_OVER) {
            assertThat(waiter.result().predecessor().owner().name()).isEqualTo("nested");
        } else {
            assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("'nested'");
            assertThat(pair.state()).isEqualTo(policy == OnOwnerEnd.POISON ? LockState.POISONED : LockState.FREE);
        }
        assertThat(pair.snapshot().abandonment().lender()).isNull();
        assertThat(events.stream().filter(event -> event.startsWith("abandoned")))
                .hasSize(1);
    }

    @Test
    void aLenderBeyondOneThatHasLetGoIsToldOfTheBorrowersDeath() {
        TaskReadWriteLock pair = newPair(settings(OnOwnerEnd.POISON));
        Task inner = nestedIn(nested, "inner");
        Hold lent = in(outer, pair.writeLock()::acquire);
        Hold lentOn = in(nested, pair.writeLock()::acquire);
        in(inner, pair.writeLock()::acquire);
        lentOn.close();

        inner.end();
        assertThat(writers(pair)).containsExactly("outer");
        assertThat(lent.predecessor().owner().name()).isEqualTo("inner");
        assertThat(lent.predecessor().lender().name()).isEqualTo("outer");
        lent.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void theEndOfATaskThatWritesTwiceIsOneIncident() {
        TaskReadWriteLock pair = newPair(settings(OnOwnerEnd.BREAK));
        Hold first = pair.writeLock().acquire();
        CompletableFuture<Hold> one = in(outer, pair.writeLock()::acquireAsync);
        CompletableFuture<Hold> two = in(outer, pair.writeLock()::acquireAsync);
        first.close();
        assertThat(one).isCompleted();
        assertThat(two).isCompleted();

        outer.end();
        assertThat(pair.state()).isEqualTo(LockState.FREE);
        assertThat(events.stream().filter(event -> event.startsWith("abandoned")))
                .containsExactly("abandoned order[42] by outer, told 0");
        assertThat(pair.snapshot().abandonment().lender()).isNull();
    }

    /** One that has let go, and only waits for its borrower, is in nobody's way. */
    @Test
    void aSealEndsWhenALenderHasLetGo() {
        TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);
        Hold lent = in(outer, pair.writeLock()::acquire);
        pair.breakWaiters();
        Hold loan = in(nested, pair.writeLock()::acquire);

        lent.close();
        assertThat(pair.state()).isEqualTo(LockState.HELD);
        assertThat(inOwnTask("try", pair.readLock()::tryLock).result()).isFalse();
        loan.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void whatIsNotReentrantIsBroughtByOneFutureAtATime(Side side) {
        TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS.withReentrant(false));
        ReadWriteSide wanted = side == Side.WRITE ? pair.writeLock() : pair.readLock();
        Hold first = pair.writeLock().acquire();
        CompletableFuture<Hold> one = in(outer, wanted::acquireAsync);
        CompletableFuture<Hold> two = in(outer, wanted::acquireAsync);
        CompletableFuture<Hold> inner = in(nested, wanted::acquireAsync);

        first.close();
        assertThat(one).isCompleted();
        assertThat(two).isNotDone();
        one.join().close();
        assertThat(two).isCompleted();
        assertThat(inner).isNotDone();
        two.join().close();
        inner.join().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(OnOwnerEnd.class)
    void aLenderThatLetsGoAsItsBorrowerEndsGetsNothingBack(OnOwnerEnd policy) {
        TaskReadWriteLock pair = newPair(settings(policy));
        Hold lent = in(outer, pair.writeLock()::acquire);
        in(nested, pair.writeLock()::acquire);
        Stop described = stopAtRead("ender", 3);
        Actor<Boolean> ender = Actor.start("ender", () -> nested.end());
        described.awaitReached();
        lent.close();
        described.pass();
        ender.result();

        assertThat(pair.state()).isEqualTo(policy == OnOwnerEnd.POISON ? LockState.POISONED : LockState.FREE);
        assertThat(pair.snapshot().abandonment().owner().name()).isEqualTo("nested");
        assertThat(pair.snapshot().abandonment().lender()).isNull();
        outer.end();
        assertThat(events.stream().filter(event -> event.startsWith("abandoned")))
                .hasSize(1);
    }

    /** It reads what its borrower has left half written, so it is told; and the next who writes is. */
    @ParameterizedTest
    @EnumSource(OnOwnerEnd.class)
    void aLenderThatGoesOnReadingIsToldOfTheBorrowersDeath(OnOwnerEnd policy) {
        TaskReadWriteLock pair = newPair(settings(policy));
        Hold writing = in(outer, pair.writeLock()::acquire);
        Hold reading = in(outer, pair.readLock()::acquire);
        in(nested, pair.writeLock()::acquire);
        writing.close();

        nested.end();
        assertThat(writers(pair)).isEmpty();
        assertThat(readers(pair)).containsExactly("outer");
        assertThat(reading.predecessor().owner().name()).isEqualTo("nested");
        assertThat(reading.predecessor().lender().name()).isEqualTo("outer");
        assertThat(in(nestedIn(outer, "sibling"), () -> pair.readLock().tryLock()))
                .isTrue();
        assertThat(events.stream().filter(event -> event.startsWith("abandoned")))
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void norDoesItsThreadComeInBesideWhatAFutureHasBroughtMeanwhile(Side side) {
        TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS.withReentrant(false));
        ReadWriteSide wanted = side == Side.WRITE ? pair.writeLock() : pair.readLock();
        Hold first = pair.writeLock().acquire();
        CompletableFuture<Hold> future = in(outer, wanted::acquireAsync);
        Stop aboutToEnter = stopAtRead("thread", 1);
        Actor<Hold> thread = Actor.start("thread", () -> in(outer, wanted::acquire));
        aboutToEnter.awaitReached();
        first.close();
        assertThat(future).isCompleted();
        aboutToEnter.pass();
        assertThat(thread.failure()).isInstanceOf(IllegalMonitorStateException.class);
        future.join().close();
        assertThat(pair.isIdle()).isTrue();
    }

    /** Its outer task has let go of the writing, which another one has borrowed, and goes on reading. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoWouldUpgradeWhenALoanIsBackIsRefused(boolean inLineBefore) {
        TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);
        Hold writing = in(outer, pair.writeLock()::acquire);
        in(outer, pair.readLock()::acquire);
        Hold loan = in(nested, pair.writeLock()::acquire);
        if (!inLineBefore) {
            writing.close();
        }
        Actor<Hold> upgrader = Actor.start(
                "upgrader",
                () -> in(
                        outer,
                        () -> Task.runInTask("upgrader", () -> pair.writeLock().acquire())));
        if (inLineBefore) {
            upgrader.awaitParkedOn(pair.lot());
            writing.close();
            loan.close();
        }
        assertThat(upgrader.failure())
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("cannot upgrade");
        loan.close();
        acquirer("reader", pair.readLock()).result().close();
    }

    /** The outer task is at home already, and so overtakes it; what it reads it can give back. */
    @Test
    void whoOnlyWaitsForAnOuterTaskToHaveReadIsNotRefused() {
        TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);
        Task inner = nestedIn(nested, "inner");
        Task sibling = nestedIn(outer, "sibling");
        in(outer, pair.writeLock()::acquire);
        Hold siblings = in(sibling, pair.readLock()::acquire);
        CompletableFuture<Hold> future = in(inner, pair.writeLock()::acquireAsync);
        Hold reading = in(nested, pair.readLock()::acquire);
        siblings.close();
        assertThat(future).isNotDone();
        reading.close();
        future.join().close();
        assertThat(waiting(pair)).isEmpty();
    }

    @Test
    void norIsAThreadThatWaitsForAnotherOneToHaveRead() {
        TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);
        Task inner = nestedIn(nested, "inner");
        Task sibling = nestedIn(outer, "sibling");
        in(outer, pair.writeLock()::acquire);
        Hold siblings = in(sibling, pair.readLock()::acquire);
        Actor<Hold> writer = Actor.start("writer", () -> in(inner, pair.writeLock()::acquire))
                .awaitParkedOn(pair.lot());
        in(nested, pair.readLock()::acquire).close();
        writer.awaitParkedOn(pair.lot());
        siblings.close();
        writer.result().close();
    }

    /** It is in its way no more than if it had taken that itself. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSealOfWhatAFutureHasBroughtToWriteIsNotForThoseNestedInIt(boolean alsoReads) {
        TaskReadWriteLock pair = newPair(
                LockSettings.DEFAULTS.withHoldAtMost(Duration.ofSeconds(10)).withOnOverdue(OnOverdue.BREAK_WAITERS));
        Task inner = nestedIn(nested, "inner");
        Task sibling = nestedIn(outer, "sibling");
        CompletableFuture<Hold> writing = in(outer, pair.writeLock()::acquireAsync);
        assertThat(writing).isCompleted();
        if (alsoReads) {
            in(outer, pair.readLock()::acquire);
        }
        time.advance(Duration.ofSeconds(9));
        Hold siblings = in(sibling, pair.readLock()::acquire);
        CompletableFuture<Hold> future = in(inner, pair.writeLock()::acquireAsync);
        Hold reading = in(nested, pair.readLock()::acquireAsync).join();
        siblings.close();
        time.advance(Duration.ofSeconds(1));
        pair.inspectOwners();
        assertThat(pair.state()).isEqualTo(LockState.SEALED);
        assertThat(future).isNotDone();
        reading.close();
        future.join().close();
    }

    @Test
    void whoWaitsForWhatAFutureGivesBackByItselfIsNotRefused() {
        TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);
        Hold first = pair.writeLock().acquire();
        in(outer, () -> pair.readLock().acquireAsync().thenAccept(Hold::close));
        Actor<Hold> writer = Actor.start("writer", () -> in(outer, pair.writeLock()::acquire))
                .awaitParkedOn(pair.lot());
        first.close();
        writer.result().close();
        assertThat(pair.isIdle()).isTrue();
    }
}
