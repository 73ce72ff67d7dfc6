package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each race of the pair, forced into each of its orders, for a waiter of either side. */
class ReadWriteRaceTest extends ReadWriteTesting {

    private final TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);

    private ReadWriteSide side(Side side) {
        return side == Side.READ ? pair.readLock() : pair.writeLock();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void theTaskEndsBetweenItsIntentAndTheLock(Side side) {
        holder("dead", pair.writeLock()).end();
        Task task = Task.start("task", TaskKind.REQUEST);
        Stop tried = stopAtRead("acquirer", 1);
        Actor<Hold> acquirer = Actor.start("acquirer", () -> in(task, side(side)::acquire));
        tried.awaitReached();
        task.end();
        tried.pass();
        assertThat(acquirer.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(pair.snapshot().state()).isEqualTo(LockState.FREE);
        assertThat(side(side).acquire().predecessorAbandoned()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void theWaitersTaskEndsBeforeItParks(Side side) {
        holder("owner", pair.writeLock());
        Task task = Task.start("task", TaskKind.REQUEST);
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = Actor.start("waiter", () -> in(task, side(side)::acquire));
        aboutToPark.awaitReached();
        task.end();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(pair.waiting()).isZero();
    }

    /** Its end finds nobody in the line, so it must find its end itself. */
    @ParameterizedTest
    @EnumSource(Side.class)
    void theWaitersTaskEndsBeforeItHasJoined(Side side) {
        holder("owner", pair.writeLock());
        Task task = Task.start("task", TaskKind.REQUEST);
        // Reads: 1 tries, 2 joins.
        Stop joining = stopAtRead("waiter", 2);
        Actor<Hold> waiter = Actor.start("waiter", () -> in(task, side(side)::acquire));
        joining.awaitReached();
        task.end();
        joining.pass();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class).hasMessageContaining("'task' is ending");
        assertThat(pair.waiting()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void ofTwoWhoFindTheSameRoomTheSecondIsRefused(Side side) {
        TaskReadWriteLock narrow = newPair(LockSettings.DEFAULTS.withMaxWaiters(1));
        Hold hold = narrow.writeLock().acquire();
        ReadWriteSide wanted = side == Side.READ ? narrow.readLock() : narrow.writeLock();
        // Reads: 1 tries, 2 joins.
        Stop joining = stopAtRead("late", 2);
        Actor<Hold> late = acquirer("late", wanted);
        joining.awaitReached();
        Actor<Hold> first = acquirer("first", wanted).awaitParkedOn(narrow.lot());
        joining.pass();
        assertThat(late.failure())
                .isInstanceOf(LockRefusedException.class)
                .hasMessageContaining("as many as may wait are waiting, 1, and " + Task.current() + " holds it since ");
        hold.close();
        first.result().close();
        assertThat(narrow.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void theLockIsReleasedBeforeTheWaiterHasJoined(Side side) {
        Hold hold = pair.writeLock().acquire();
        // Reads: 1 tries, 2 joins.
        Stop joining = stopAtRead("waiter", 2);
        Actor<Hold> waiter = acquirer("waiter", side(side));
        joining.awaitReached();
        assertThat(pair.waiting()).isZero();
        hold.close();
        joining.pass();
        waiter.result().close();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void theLockIsReleasedBetweenJoiningAndServing(Side side) {
        Hold hold = pair.writeLock().acquire();
        Stop joined = stopAtRead("waiter", 3);
        Actor<Hold> waiter = acquirer("waiter", side(side));
        joined.awaitReached();
        assertThat(pair.waiting()).isOne();
        hold.close();
        assertThat(pair.waiting()).isZero();
        joined.pass();
        waiter.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void theLockIsReleasedBeforeTheWaiterParks(Side side) {
        Hold hold = pair.writeLock().acquire();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", side(side));
        aboutToPark.awaitReached();
        hold.close();
        assertThat(pair.isIdle()).as("it is the waiter's already").isFalse();
        aboutToPark.pass();
        waiter.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void theWriterDiesBeforeTheWaiterHasJoined(Side side) {
        Task owner = holder("owner", pair.writeLock());
        Stop joining = stopAtRead("waiter", 2);
        Actor<Hold> waiter = acquirer("waiter", side(side));
        joining.awaitReached();
        owner.end();
        joining.pass();
        assertThat(waiter.result().predecessorAbandoned()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void theWriterDiesBeforeTheWaiterParks(Side side) {
        Task owner = holder("owner", pair.writeLock());
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", side(side));
        aboutToPark.awaitReached();
        owner.end();
        pair.writeLock().acquire().close();
        assertThat(pair.isIdle()).isTrue();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(pair.isIdle()).as("who was broken never gets it").isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void poisonedBeforeTheWaiterHasJoined(Side side) {
        TaskReadWriteLock poisonable = newPair(settings(OnOwnerEnd.POISON));
        Task owner = holder("owner", poisonable.writeLock());
        Stop joining = stopAtRead("waiter", 2);
        Actor<Hold> waiter = acquirer("waiter", side == Side.READ ? poisonable.readLock() : poisonable.writeLock());
        joining.awaitReached();
        owner.end();
        joining.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(poisonable.waiting()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aDeadReaderIsGoneBeforeTheWaiterParks(Side side) {
        Task reader = holder("reader", pair.readLock());
        Actor<Hold> ahead = waiter("ahead", pair, pair.writeLock());
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Hold> waiter = acquirer("waiter", side(side));
        aboutToPark.awaitReached();
        reader.end();
        Hold first = ahead.result();
        aboutToPark.pass();
        waiter.awaitParkedOn(pair.lot());
        first.close();
        waiter.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void releasedAndOverdueAtOnceIsGranted(Side side) {
        Hold hold = pair.writeLock().acquire();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Boolean> waiter = inOwnTask("waiter", () -> side(side).tryLock(1, TimeUnit.SECONDS));
        aboutToPark.awaitReached();
        time.advance(Duration.ofSeconds(5));
        hold.close();
        aboutToPark.pass();
        assertThat(waiter.result()).isTrue();
    }

    /** At every reading of the clock: has it decided to leave, or is it served first? Either way there is one outcome. */
    @ParameterizedTest
    @CsvSource({"READ,3", "READ,4", "WRITE,3", "WRITE,4"})
    void releasedWhileTimeRunsOut(Side side, int read) {
        Hold hold = pair.writeLock().acquire();
        Stop looking = stopAtRead("waiter", read);
        Actor<Boolean> waiter = inOwnTask("waiter", () -> side(side).tryLock(1, TimeUnit.SECONDS));
        looking.awaitReached();
        time.advance(Duration.ofSeconds(5));
        hold.close();
        looking.pass();
        assertThat(waiter.result()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void whoRanOutOfTimeNeverOwnsLater(Side side) {
        Hold hold = pair.writeLock().acquire();
        Actor<Boolean> waiter = inOwnTask("waiter", () -> side(side).tryLock(1, TimeUnit.SECONDS));
        waiter.awaitParkedOn(pair.lot());
        time.advance(Duration.ofSeconds(1));
        assertThat(waiter.result()).isFalse();
        hold.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void brokenAndOverdueAtOnceIsBroken(Side side) {
        Task owner = holder("owner", pair.writeLock());
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Boolean> waiter = inOwnTask("waiter", () -> side(side).tryLock(1, TimeUnit.SECONDS));
        aboutToPark.awaitReached();
        time.advance(Duration.ofSeconds(5));
        owner.end();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aGrantBeatsAnInterruptWhichIsKept(Side side) {
        Hold hold = pair.writeLock().acquire();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            try (Hold mine = side(side).acquire()) {
                return Thread.interrupted();
            }
        });
        aboutToPark.awaitReached();
        waiter.interrupt();
        hold.close();
        aboutToPark.pass();
        assertThat(waiter.result()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void anInterruptThatCameFirstLeavesNothingBehind(Side side) {
        Hold hold = pair.writeLock().acquire();
        Actor<Hold> waiter = waiter("waiter", pair, side(side));
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(LockInterruptedException.class);
        hold.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aBreakBeatsAnInterruptWhichIsKept(Side side) {
        Task owner = holder("owner", pair.writeLock());
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            assertThatThrownBy(side(side)::lockInterruptibly).isInstanceOf(BrokenLockException.class);
            return Thread.interrupted();
        });
        aboutToPark.awaitReached();
        waiter.interrupt();
        owner.end();
        aboutToPark.pass();
        assertThat(waiter.result()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aGrantIsPassedOnIfItsReceiverIsEnding(Side side) {
        Hold hold = pair.writeLock().acquire();
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Stop aboutToPark = stopAtPark("first");
        Actor<Hold> first = Actor.start("first", () -> in(ending, side(side)::acquire));
        aboutToPark.awaitReached();
        Actor<Hold> second = waiter("second", pair, pair.writeLock());
        hold.close();
        assertThat(second.isParkedOn(pair.lot())).isTrue();
        ending.end();
        aboutToPark.pass();
        assertThat(first.failure()).isInstanceOf(LockRefusedException.class);
        second.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aHeadOfTheLineThatIsRefusedLetsTheNextIn(Side side) {
        Hold hold = pair.readLock().acquire();
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Actor<Hold> writer = Actor.start("writer", () -> in(ending, pair.writeLock()::acquire));
        writer.awaitParkedOn(pair.lot());
        Actor<Hold> next = waiter("next", pair, side(side));
        ending.end();
        assertThat(writer.failure()).isInstanceOf(LockRefusedException.class);
        if (side == Side.WRITE) {
            assertThat(next.isParkedOn(pair.lot())).isTrue();
            hold.close();
        }
        next.result().close();
    }

    /** Who ends its task lets the next in; the thread that is refused may be a long time coming. */
    @Test
    void aHeadOfTheLineThatIsRefusedLetsTheNextInBeforeItHasMoved() {
        Hold hold = pair.readLock().acquire();
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Stop aboutToPark = stopAtPark("writer");
        Actor<Hold> writer = Actor.start("writer", () -> in(ending, pair.writeLock()::acquire));
        aboutToPark.awaitReached();
        Actor<Hold> next = waiter("next", pair, pair.readLock());
        ending.end();
        next.result().close();
        aboutToPark.pass();
        assertThat(writer.failure()).isInstanceOf(LockRefusedException.class);
        hold.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void closedByAnotherThreadBeforeAndAfterTheOwnerEnded(Side side) {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Hold before = in(owner, side(side)::acquire);
        Actor.run("other", before::close).result();
        owner.end();
        assertThat(pair.isIdle()).isTrue();

        Task another = Task.start("another", TaskKind.REQUEST);
        Hold after = in(another, side(side)::acquire);
        another.end();
        Actor.run("other", after::close).result();
        assertThat(pair.writeLock().acquire().predecessorAbandoned()).isEqualTo(side == Side.WRITE);
    }

    /** An error at the n-th reading of the clock: when the task has ended, nothing is stuck and nobody is forgotten. */
    @ParameterizedTest
    @CsvSource({"READ,1", "READ,2", "READ,3", "READ,4", "READ,5", "WRITE,1", "WRITE,2", "WRITE,3", "WRITE,4", "WRITE,5"
    })
    void struckDownWithinOurOwnCode(Side side, int n) {
        Hold hold = pair.writeLock().acquire();
        AtomicInteger reads = new AtomicInteger();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("struck") && reads.incrementAndGet() == n) {
                throw new StackOverflowError("on purpose");
            }
        });
        Task task = Task.start("struck", TaskKind.REQUEST);
        Actor<Object> struck = Actor.start("struck", () -> {
            try {
                return in(task, side(side)::acquire);
            } catch (StackOverflowError e) {
                return e;
            }
        });
        Actor.awaitUntil(() -> struck.isDone() || pair.waiting() == 1, () -> "the struck one to wait, or die");
        Actor<Void> behind = inOwnTask("behind", () -> {
            try {
                pair.writeLock().acquire().close();
            } catch (BrokenLockException told) {
                // As good: it was told of the struck one's end.
            }
            return null;
        });
        behind.awaitParkedOn(pair.lot());
        hold.close();
        struck.result();
        task.end();
        behind.result();
        pair.writeLock().acquire().close();
        assertThat(pair.isIdle()).isTrue();
    }

    /** What a StackOverflowError at the worst moment leaves: a place in the line, and a hook that knows it. */
    @Test
    void whoDiesWaitingWithoutLeavingTheLineIsTakenOutByItsTasksEnd() {
        ReadWriteCell cell = new ReadWriteCell(pair.id(), LockSettings.DEFAULTS, environment());
        in(Task.start("reader", TaskKind.REQUEST), () -> cell.take(Side.READ, Ownership.HOLD, Patience.NONE));
        Task dying = Task.start("dying", TaskKind.REQUEST);
        in(dying, () -> {
            Share intent = new Share(cell, Side.WRITE, dying, Ownership.HOLD);
            dying.add(intent);
            intent.waiter = cell.queue().lot().join(dying, intent, false);
            return intent;
        });
        Actor<Share> behind =
                inOwnTask("behind", () -> cell.take(Side.READ, Ownership.HOLD, Patience.configured(null, true)));
        behind.awaitParkedOn(cell.queue().lot());
        dying.end();
        assertThat(behind.result()).isNotNull();
        assertThat(cell.queue().lot().isEmpty()).isTrue();
    }

    /** The same, found out by its own thread, which goes on. */
    @Test
    void whoWithdrawsWithoutHavingLeftTheLineLetsTheNextIn() {
        ReadWriteCell cell = new ReadWriteCell(pair.id(), LockSettings.DEFAULTS, environment());
        in(Task.start("reader", TaskKind.REQUEST), () -> cell.take(Side.READ, Ownership.HOLD, Patience.NONE));
        Task giving = Task.start("giving up", TaskKind.REQUEST);
        try (Attachment inside = giving.attach()) {
            Share intent = new Share(cell, Side.WRITE, giving, Ownership.HOLD);
            giving.add(intent);
            intent.waiter = cell.queue().lot().join(giving, intent, false);
            Actor<Share> behind =
                    inOwnTask("behind", () -> cell.take(Side.READ, Ownership.HOLD, Patience.configured(null, true)));
            behind.awaitParkedOn(cell.queue().lot());
            cell.exits().withdraw(intent);
            assertThat(behind.result()).isNotNull();
            assertThat(cell.queue().lot().isEmpty()).isTrue();
        }
    }

    /** A stack that ends within acquire and release, a little deeper inside each time, until both have room enough. */
    @ParameterizedTest
    @EnumSource(Side.class)
    void struckDownAtEachDepthOfTheStack(Side side) {
        // What the JVM links at a first call, and cannot link where the stack ends, is linked here.
        side(side).lock();
        side(side).unlock();
        for (int i = 0; i < 50; i++) {
            attempts = 0;
            Task task = Task.start("deep", TaskKind.REQUEST);
            Actor.run(
                            "deep",
                            () -> in(task, () -> {
                                dive(side(side));
                                return null;
                            }))
                    .result();
            assertThat(attempts).as("all but the last were struck").isGreaterThan(1);
            task.end();
            pair.writeLock().acquire().close();
            assertThat(pair.isIdle()).isTrue();
        }
    }

    private int attempts;

    @SuppressWarnings("InfiniteRecursion") // the point of it
    private void dive(ReadWriteSide side) {
        try {
            dive(side);
        } catch (StackOverflowError e) {
            attempts++;
            side.lock();
            side.unlock();
        }
    }

    /** Joined a poisoned pair, and has found that it is not let in; before it looks why, there is no reason any more. */
    @ParameterizedTest
    @EnumSource(Side.class)
    void repairedBeforeTheWaiterHasSeenThatThePairIsPoisoned(Side side) {
        TaskReadWriteLock poisonable = newPair(settings(OnOwnerEnd.POISON));
        Task owner = holder("owner", poisonable.writeLock());
        Stop joining = new Stop();
        Stop looking = new Stop();
        AtomicInteger reads = new AtomicInteger();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("waiter")) {
                // Reads: 1 tries, 2 joins, 3 is not let in, 4 looks why.
                switch (reads.incrementAndGet()) {
                    case 2 -> joining.here();
                    case 4 -> looking.here();
                    default -> {}
                }
            }
        });
        Actor<Hold> waiter = acquirer("waiter", side == Side.READ ? poisonable.readLock() : poisonable.writeLock());
        joining.awaitReached();
        owner.end();
        joining.pass();
        looking.awaitReached();
        poisonable.repair();
        looking.pass();
        waiter.result().close();
        assertThat(poisonable.isIdle()).isTrue();
    }

    /** Nobody has told of its death, and it is first in line: whoever comes finds it out. */
    @Test
    void aTryIsNotTurnedAwayByTheFutureOfADeadThread() {
        try (Hold hold = pair.readLock().acquire()) {
            Actor.runAndDie("dying", pair.writeLock()::acquireAsync);
            assertThat(pair.waiting()).isOne();
            assertThat(inOwnTask("reader", pair.readLock()::tryLock).result()).isTrue();
            assertThat(pair.waiting()).isZero();
        }
    }
}
