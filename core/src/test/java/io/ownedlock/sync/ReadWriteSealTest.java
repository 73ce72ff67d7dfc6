package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writers and readers that live and do not leave: they are not robbed, and nobody waits for them in vain. */
class ReadWriteSealTest extends ReadWriteTesting {

    private static final LockSettings BOUNDED = LockSettings.DEFAULTS.withHoldAtMost(Duration.ofSeconds(10));

    private final TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);
    private final ReadWriteSide read = pair.readLock();
    private final ReadWriteSide write = pair.writeLock();

    private static ReadWriteSide side(TaskReadWriteLock pair, Side side) {
        return side == Side.READ ? pair.readLock() : pair.writeLock();
    }

    @Test
    void aSealedWriterKeepsEveryoneOutUntilItHasLeft() {
        assertThat(pair.breakWaiters()).as("nobody is inside").isFalse();
        Hold hold = write.acquire();
        Actor<Hold> reader = waiter("reader", pair, read);
        Actor<Hold> writer = waiter("writer", pair, write);

        assertThat(pair.breakWaiters()).isTrue();
        assertThat(pair.breakWaiters()).as("again").isFalse();

        assertThat(reader.failure())
                .isInstanceOf(BrokenLockException.class)
                .hasMessageContaining("OPERATOR")
                .hasMessageContaining("until its owner has released it");
        assertThat(writer.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(pair.snapshot().state()).isEqualTo(LockState.SEALED);
        assertThat(pair.snapshot().abandonment().reason()).isEqualTo(BreakReason.OPERATOR);
        for (Side side : Side.values()) {
            assertThat(acquirer("newcomer", side(pair, side)).failure()).isInstanceOf(BrokenLockException.class);
            assertThat(inOwnTask("try", side(pair, side)::tryLock).failure()).isInstanceOf(BrokenLockException.class);
        }
        assertThat(pair.repair()).isFalse();

        hold.close();
        assertThat(pair.isIdle()).as("released is unsealed").isTrue();
        assertThat(read.acquire().predecessorAbandoned()).isFalse();
        assertThat(events).containsOnlyOnce("sealed order[42] for OPERATOR, told 2");
    }

    @Test
    void whoIsInsideASealedPairGoesOn() {
        write.lock();
        pair.breakWaiters();
        assertThat(write.tryLock()).isTrue();
        write.unlock();
        Task.runInTask("nested", () -> {
            write.acquire().close();
            read.acquire().close();
            assertThat(inOwnTask("stranger", read::tryLock).failure())
                    .as("not while it is lent either")
                    .isInstanceOf(BrokenLockException.class);
            return null;
        });
        read.lock();
        write.unlock();
        assertThat(pair.snapshot().state()).as("downgraded").isEqualTo(LockState.HELD);
        waiter("writer", pair, write);
        assertThatThrownBy(write::tryLock).as("upgraded").isInstanceOf(IllegalMonitorStateException.class);
        read.unlock();
    }

    @Test
    void aSealHoldsWhileTheWriterHasLent() {
        try (Hold hold = write.acquire()) {
            pair.breakWaiters();
            Task.runInTask("nested", () -> {
                try (Hold loan = write.acquire()) {
                    assertThat(pair.snapshot().state()).isEqualTo(LockState.SEALED);
                    assertThat(inOwnTask("stranger", write::tryLock).failure()).isInstanceOf(BrokenLockException.class);
                }
                return null;
            });
        }
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void aSealedReaderKeepsWritersOutButNoReaders() {
        Hold first = read.acquire();
        Actor<Hold> writer = waiter("writer", pair, write);
        Actor<Hold> behind = waiter("behind", pair, read);

        pair.breakWaiters();

        assertThat(writer.failure()).isInstanceOf(BrokenLockException.class);
        Hold second = behind.result();
        Hold third = acquirer("newcomer", read).result();
        assertThat(inOwnTask("try", write::tryLock).failure()).isInstanceOf(BrokenLockException.class);
        assertThatThrownBy(write::tryLock).as("upgraded").isInstanceOf(IllegalMonitorStateException.class);
        assertThat(events).contains("sealed order[42] for OPERATOR, told 1");

        first.close();
        Actor<Hold> next = waiter("next", pair, write);
        second.close();
        third.close();
        next.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void itIsUnsealedWhenTheLastThatWasSealedHasLeft() {
        Task first = holder("first", read);
        Hold second = acquirer("second", read).result();
        assertThat(pair.breakWaiters()).isTrue();
        Hold late = acquirer("late", read).result();
        assertThat(inOwnTask("try", write::tryLock).failure()).hasMessageContaining("first");

        first.end();
        assertThat(inOwnTask("try", write::tryLock).failure())
                .isInstanceOf(BrokenLockException.class)
                .as("names one who is inside still")
                .hasMessageContaining("second");
        second.close();
        assertThat(inOwnTask("try", write::tryLock).result()).as("just read").isFalse();
        assertThat(pair.breakWaiters()).as("the late one was not").isTrue();
        late.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void anOverdueReaderIsToldOnceAndEachByItself() {
        TaskReadWriteLock bounded = newPair(BOUNDED);
        holder("first", bounded.readLock());
        time.advance(Duration.ofSeconds(5));
        holder("second", bounded.readLock());
        Actor<Hold> writer = waiter("writer", bounded, bounded.writeLock());
        time.advance(Duration.ofMillis(4_999));
        bounded.inspectOwners();
        assertThat(events).noneMatch(event -> event.startsWith("overdue"));
        time.advance(Duration.ofMillis(1));
        bounded.inspectOwners();
        bounded.inspectOwners();
        assertThat(events).containsOnlyOnce("overdue order[42] by first").doesNotContain("overdue order[42] by second");
        time.advance(Duration.ofSeconds(5));
        bounded.inspectOwners();
        assertThat(events).containsOnlyOnce("overdue order[42] by first", "overdue order[42] by second");
        assertThat(writer.isParkedOn(bounded.lot())).as("only told").isTrue();
        assertThat(bounded.snapshot().state()).isEqualTo(LockState.HELD);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void waitersOfWhoIsOverdueAreSentAwayIfSoConfigured(Side side) {
        TaskReadWriteLock bounded = newPair(BOUNDED.withOnOverdue(OnOverdue.BREAK_WAITERS));
        Task owner = holder("owner", side(bounded, side));
        Actor<Hold> writer = waiter("writer", bounded, bounded.writeLock());
        time.advance(Duration.ofSeconds(10));
        bounded.inspectOwners();
        assertThat(writer.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("OWNER_OVERDUE");
        assertThat(events).contains("overdue order[42] by owner", "sealed order[42] for OWNER_OVERDUE, told 1");
        assertThat(owner.isActive()).isTrue();
        owner.end();
        assertThat(bounded.writeLock().acquire().predecessorAbandoned())
                .as("abandoned after all")
                .isEqualTo(side == Side.WRITE);
    }

    @Test
    void aWriterThatHasLentIsOverdueToo() {
        TaskReadWriteLock bounded = newPair(BOUNDED.withOnOverdue(OnOverdue.BREAK_WAITERS));
        try (Hold hold = bounded.writeLock().acquire()) {
            time.advance(Duration.ofSeconds(5));
            Task.runInTask("nested", () -> {
                try (Hold loan = bounded.writeLock().acquire()) {
                    Actor<Hold> reader = waiter("reader", bounded, bounded.readLock());
                    time.advance(Duration.ofSeconds(5));
                    bounded.inspectOwners();
                    assertThat(reader.failure()).isInstanceOf(BrokenLockException.class);
                }
                return null;
            });
            bounded.inspectOwners();
        }
        assertThat(events.stream().filter(event -> event.startsWith("overdue"))).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aThreadThatDoesNotLeaveAnEndedTaskIsWaitedForOnlySoLong(Side side) {
        TaskReadWriteLock graced = newPair(LockSettings.DEFAULTS.withEndingGrace(Duration.ofSeconds(5)));
        Task stuck = Task.start("stuck", TaskKind.REQUEST);
        try (Attachment inside = stuck.attach()) {
            side(graced, side).lock();
            Actor<Hold> writer = waiter("writer", graced, graced.writeLock());
            IllegalStateException failure = new IllegalStateException("the request failed");
            stuck.end(failure);
            graced.inspectOwners();
            time.advance(Duration.ofMillis(4_999));
            graced.inspectOwners();
            assertThat(writer.isParkedOn(graced.lot())).isTrue();
            time.advance(Duration.ofMillis(1));
            graced.inspectOwners();
            assertThat(writer.failure())
                    .isInstanceOf(BrokenLockException.class)
                    .hasMessageContaining("OWNER_STUCK")
                    .hasCause(failure);
            assertThat(inOwnTask("try", graced.writeLock()::tryLock).failure()).isInstanceOf(BrokenLockException.class);

            side(graced, side).unlock();
        }
        assertThat(graced.isIdle()).isTrue();
    }

    @Test
    void aStuckTaskThatLeavesIsGivenUpAndNoSealRemains() {
        TaskReadWriteLock graced = newPair(LockSettings.DEFAULTS.withEndingGrace(Duration.ZERO));
        Task stuck = Task.start("stuck", TaskKind.REQUEST);
        try (Attachment inside = stuck.attach()) {
            graced.readLock().lock();
            stuck.end();
            graced.inspectOwners();
            assertThat(graced.snapshot().state()).isEqualTo(LockState.SEALED);
        }
        assertThat(graced.isIdle()).isTrue();
        assertThat(events).contains("reclaimed order[42] from stuck after 0");
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void sealedBeforeTheNewcomerHasJoined(Side side) {
        holder("owner", side(pair, side));
        // Reads: 1 tries, 2 joins.
        Stop joining = stopAtRead("waiter", 2);
        Actor<Hold> waiter = acquirer("waiter", write);
        joining.awaitReached();
        pair.breakWaiters();
        joining.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(pair.waiting()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void sealedBetweenALookAndThePark(Side side) {
        holder("owner", side(pair, side));
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", write);
        aboutToPark.awaitReached();
        pair.breakWaiters();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }

    /** It stands in line, in a pair that is sealed, and has not looked: who comes behind it is not let in before it has. */
    @Test
    void sealedBetweenJoiningAndLookingAReaderBehindGetsIn() {
        holder("owner", read);
        // Reads: 1 tries, 2 joins, 3 serves the line.
        Stop joining = stopAtRead("writer", 2);
        Actor<Hold> writer = acquirer("writer", write);
        joining.awaitReached();
        pair.breakWaiters();
        Stop serving = stopAtRead("writer", 1);
        joining.pass();
        serving.awaitReached();
        Actor<Hold> reader = waiter("reader", pair, read);
        serving.pass();
        assertThat(writer.failure()).isInstanceOf(BrokenLockException.class);
        reader.result().close();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void releasedBeforeItIsSealed(Side side) {
        Hold hold = acquirer("owner", side(pair, side)).result();
        Actor<Hold> waiter = waiter("waiter", pair, write);
        // Reads: 1 describes what is inside; the seal is written after that.
        Stop sealing = stopAtRead("operator", 1);
        Actor<Boolean> operator = Actor.start("operator", pair::breakWaiters);
        sealing.awaitReached();
        hold.close();
        sealing.pass();
        assertThat(operator.result()).isFalse();
        assertThat(pair.snapshot().state()).isEqualTo(LockState.HELD);
        waiter.result().close();
        assertThat(pair.isIdle()).isTrue();
        assertThat(events).noneMatch(event -> event.startsWith("sealed"));
    }

    /** A seal and the release after it, before the one that was sent away has moved: it is failed, and never gets the lock. */
    @ParameterizedTest
    @EnumSource(Side.class)
    void sealedAndReleasedBeforeTheWaiterMoves(Side side) {
        Hold hold = acquirer("owner", side(pair, side)).result();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", write);
        aboutToPark.awaitReached();
        pair.breakWaiters();
        hold.close();
        assertThat(pair.isIdle()).isTrue();
        write.acquire().close();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void aWaitWithABoundOfItsOwnIsSentAwayToo() {
        holder("owner", read);
        Actor<Boolean> waiter = inOwnTask("waiter", () -> write.tryLock(1, TimeUnit.HOURS));
        waiter.awaitParkedOn(pair.lot());
        pair.breakWaiters();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void anOwnerThatDiesAfterItWasSealedIsAbandonedAsAnyOther() {
        Task owner = holder("owner", write);
        pair.breakWaiters();
        owner.end();
        assertThat(pair.snapshot().state()).isEqualTo(LockState.FREE);
        assertThat(pair.snapshot().abandonment().reason()).isEqualTo(BreakReason.OWNER_ENDED);
        assertThat(read.acquire().predecessorAbandoned()).isTrue();
    }

    /** It holds the lock for too long, and is dead: that it is dead says more. */
    @ParameterizedTest
    @EnumSource(Side.class)
    void whoIsFoundDeadIsNotToldToBeOverdue(Side side) {
        TaskReadWriteLock bounded = newPair(BOUNDED);
        Actor.runAndDie("dying", side(bounded, side)::lock);
        time.advance(Duration.ofSeconds(20));
        bounded.inspectOwners();
        assertThat(events).noneMatch(event -> event.startsWith("overdue"));
        assertThat(events)
                .anyMatch(event -> event.startsWith(
                        side == Side.READ ? "reclaimed order[42] from dying" : "abandoned order[42] by dying"));
    }

    @Test
    void whatIsNotReentrantIsSealedForItsOwnThreadToo() {
        TaskReadWriteLock own = newPair(LockSettings.DEFAULTS.withReentrant(false));
        Task task = Task.start("task", TaskKind.REQUEST);
        Hold first = own.writeLock().acquire();
        CompletableFuture<Hold> future = in(task, own.readLock()::acquireAsync);
        Actor<Hold> thread =
                Actor.start("thread", () -> in(task, own.readLock()::acquire)).awaitParkedOn(own.lot());
        Actor<Hold> reader = waiter("reader", own, own.readLock());
        first.close();
        assertThat(future).isCompleted();
        thread.awaitParkedOn(own.lot());

        assertThat(own.breakWaiters()).isTrue();
        assertThat(thread.failure()).isInstanceOf(BrokenLockException.class);
        reader.result().close();
    }

    /** It would have to wait for its outer task to give back what a future has brought that one. */
    @Test
    void whoWaitsForAFutureOfItsOwnToBeGivenBackIsSentAwayToo() {
        TaskReadWriteLock own = newPair(LockSettings.DEFAULTS);
        Task outer = Task.start("outer", TaskKind.REQUEST);
        Hold first = own.writeLock().acquire();
        CompletableFuture<Hold> future = in(outer, own.readLock()::acquireAsync);
        Actor<Hold> nested = Actor.start(
                        "nested",
                        () -> in(
                                outer,
                                () -> Task.runInTask(
                                        "nested", () -> own.writeLock().acquire())))
                .awaitParkedOn(own.lot());
        Actor<Hold> reader = waiter("reader", own, own.readLock());
        first.close();
        assertThat(future).isCompleted();
        nested.awaitParkedOn(own.lot());

        assertThat(own.breakWaiters()).isTrue();
        assertThat(nested.failure()).isInstanceOf(BrokenLockException.class);
        reader.result().close();
    }
}
