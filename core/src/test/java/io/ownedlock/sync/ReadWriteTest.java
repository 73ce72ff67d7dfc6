package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who may be inside with whom, and who comes next. */
class ReadWriteTest extends ReadWriteTesting {

    private final TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);
    private final ReadWriteSide read = pair.readLock();
    private final ReadWriteSide write = pair.writeLock();

    @Test
    void readersShare() {
        Task first = holder("first", read);
        Task second = holder("second", read);
        assertThat(readers(pair)).containsExactly("first", "second");
        assertThat(pair.snapshot().state()).isEqualTo(LockState.HELD);
        assertThat(inOwnTask("writer", write::tryLock).result()).isFalse();
        assertThat(in(first, read::isHeldByCurrentTask)).isTrue();
        assertThat(in(first, write::isHeldByCurrentTask)).isFalse();
        assertThat(pair.toString()).isEqualTo("order[42]");
        assertThat(second.isActive()).isTrue();
    }

    @Test
    void aWriterIsAlone() {
        Hold hold = write.acquire();
        assertThat(inOwnTask("reader", read::tryLock).result()).isFalse();
        assertThat(inOwnTask("writer", write::tryAcquire).result()).isNull();
        Actor<Hold> reader = waiter("reader", pair, read);
        Actor<Hold> writer = waiter("writer", pair, write);
        assertThat(waiting(pair)).containsExactly("reader", "writer");
        hold.close();
        Hold readers = reader.result();
        assertThat(writer.isParkedOn(pair.lot())).isTrue();
        readers.close();
        writer.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void bothSidesAreReEntrant() {
        write.lock();
        try (Hold again = write.acquire()) {
            assertThat(write.tryLock()).isTrue();
            write.unlock();
        }
        read.lock();
        try (Hold again = read.acquire()) {
            assertThat(read.tryLock()).isTrue();
            assertThat(pair.snapshot().holds())
                    .as("one share of each side, however often")
                    .extracting(LockSnapshot.Held::count)
                    .containsExactly(1, 3);
            read.unlock();
        }
        read.unlock();
        assertThat(read.isHeldByCurrentTask()).isFalse();
        assertThat(write.isHeldByCurrentTask()).isTrue();
        write.unlock();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void aReaderMayReEnterThoughAWriterWaits() {
        Hold hold = read.acquire();
        Actor<Hold> writer = waiter("writer", pair, write);
        assertThat(read.tryLock()).isTrue();
        read.unlock();
        Task.runInTask("nested", () -> {
            read.acquire().close();
            return null;
        });
        hold.close();
        writer.result().close();
    }

    @Test
    void reEntryCanBeForbidden() {
        TaskReadWriteLock strict = newPair(LockSettings.DEFAULTS.withReentrant(false));
        strict.writeLock().lock();
        assertThatThrownBy(strict.writeLock()::lock)
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("not re-entrant");
        strict.readLock().lock();
        assertThatThrownBy(strict.readLock()::tryLock).isInstanceOf(IllegalMonitorStateException.class);
        strict.writeLock().unlock();
        strict.readLock().unlock();
        assertThat(strict.isIdle()).isTrue();
    }

    @Test
    void upgradingIsRefused() {
        try (Hold hold = read.acquire()) {
            assertThatThrownBy(write::lock)
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessageContaining("upgrade order[42]");
            assertThatThrownBy(write::tryLock).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(write::acquire).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(() -> write.tryLock(1, TimeUnit.SECONDS))
                    .isInstanceOf(IllegalMonitorStateException.class);
            Task.runInTask("nested", () -> {
                assertThatThrownBy(write::tryLock).isInstanceOf(IllegalMonitorStateException.class);
                return null;
            });
            assertThat(pair.waiting()).isZero();
        }
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void downgradingLetsReadersInButNoWriter() {
        write.lock();
        Actor<Hold> reader = waiter("reader", pair, read);
        read.lock();
        assertThat(reader.isParkedOn(pair.lot())).isTrue();
        write.unlock();
        reader.result().close();
        assertThat(inOwnTask("writer", write::tryLock).result()).isFalse();
        assertThatThrownBy(write::tryLock).as("and not back up").isInstanceOf(IllegalMonitorStateException.class);
        read.unlock();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void aReaderGivenBackWithinWritingLeavesTheWriterAlone() {
        write.lock();
        read.acquire().close();
        assertThat(inOwnTask("reader", read::tryLock).result()).isFalse();
        write.unlock();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void readersBehindEachOtherComeInTogetherUpToTheNextWriter() {
        Hold hold = write.acquire();
        Actor<Hold> first = waiter("first", pair, read);
        Actor<Hold> second = waiter("second", pair, read);
        Actor<Hold> writer = waiter("writer", pair, write);
        Actor<Hold> third = waiter("third", pair, read);
        hold.close();
        assertThat(readers(pair)).containsExactly("first", "second");
        assertThat(waiting(pair)).containsExactly("writer", "third");
        first.result().close();
        assertThat(writer.isParkedOn(pair.lot())).isTrue();
        second.result().close();
        assertThat(writers(pair)).containsExactly("writer");
        assertThat(third.isParkedOn(pair.lot())).isTrue();
        writer.result().close();
        third.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void aWriterThatWaitsIsNotStarvedByNewReaders() {
        Hold hold = read.acquire();
        Actor<Hold> writer = waiter("writer", pair, write);
        assertThat(inOwnTask("try", read::tryLock).result()).isFalse();
        Actor<Hold> late = waiter("late", pair, read);
        hold.close();
        Hold writers = writer.result();
        assertThat(late.isParkedOn(pair.lot())).isTrue();
        writers.close();
        late.result().close();
    }

    @Test
    void whoGivesUpLetsThoseInWhoWaitedOnlyBecauseOfIt() {
        Hold hold = read.acquire();
        Actor<Boolean> writer = inOwnTask("writer", () -> write.tryLock(1, TimeUnit.SECONDS));
        writer.awaitParkedOn(pair.lot());
        Actor<Hold> reader = waiter("reader", pair, read);
        time.advance(Duration.ofSeconds(1));
        assertThat(writer.result()).isFalse();
        reader.result().close();
        hold.close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void waitingIsBounded() {
        TaskReadWriteLock bounded = newPair(
                LockSettings.DEFAULTS.withWaitAtMost(Duration.ofSeconds(5)).withMaxWaiters(1));
        Task reader = holder("reader", bounded.readLock());
        Actor<Hold> writer = waiter("writer", bounded, bounded.writeLock());
        assertThat(acquirer("late", bounded.readLock()).failure()).isInstanceOf(LockRefusedException.class);
        time.advance(Duration.ofSeconds(5));
        assertThat(writer.failure()).isInstanceOf(WaitTooLongException.class).hasMessageContaining("held by " + reader);
        assertThat(acquirer("impatient", bounded.writeLock())
                        .awaitParkedOn(bounded.lot())
                        .isDone())
                .isFalse();
        time.advance(Duration.ofSeconds(5));
    }

    @Test
    void callersMayBoundTheirWaitThemselves() {
        holder("writer", write);
        Actor<Hold> demanding = inOwnTask("demanding", () -> read.acquire(Duration.ofSeconds(1)));
        Actor<Hold> asking = inOwnTask("asking", () -> write.tryAcquire(Duration.ofSeconds(1)));
        demanding.awaitParkedOn(pair.lot());
        asking.awaitParkedOn(pair.lot());
        time.advance(Duration.ofSeconds(1));
        assertThat(demanding.failure()).isInstanceOf(WaitTooLongException.class);
        assertThat(asking.result()).isNull();
        assertThat(inOwnTask("zero", () -> read.tryAcquire(Duration.ZERO)).result())
                .isNull();
    }

    @Test
    void anInterruptEndsTheWait() {
        holder("writer", write);
        Actor<Hold> reader = waiter("reader", pair, read);
        reader.interrupt();
        assertThat(reader.failure()).isInstanceOf(LockInterruptedException.class);
        Actor<Object> writer = inOwnTask("another", () -> {
            write.lockInterruptibly();
            return null;
        });
        writer.awaitParkedOn(pair.lot()).interrupt();
        assertThat(writer.failure()).isInstanceOf(InterruptedException.class);
        assertThat(pair.waiting()).isZero();
    }

    @Test
    void aHoldIsClosedOnAnyThreadAndOnce() {
        for (ReadWriteSide side : new ReadWriteSide[] {read, write}) {
            Task task = Task.start("task", TaskKind.REQUEST);
            Hold hold = in(task, side::acquire);
            Actor.run("other", hold::close).result();
            assertThat(pair.isIdle()).isTrue();
            Hold next = in(task, side::acquire);
            hold.close();
            assertThat(in(task, side::isHeldByCurrentTask)).as("closed twice").isTrue();
            assertThat(next.fencingToken()).isGreaterThan(hold.fencingToken());
            assertThat(next.lock()).isEqualTo(pair.id());
            assertThat(next.since()).isEqualTo(time.now());
            next.close();
            task.end();
            assertThat(pair.isIdle()).isTrue();
        }
    }

    @Test
    void unlockingIsForThoseWhoLocked() {
        assertThatThrownBy(read::unlock)
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("nobody holds it");
        Task reader = holder("reader", read);
        assertThatThrownBy(read::unlock)
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("read by " + reader);
        assertThatThrownBy(() -> in(reader, () -> {
                    read.unlock();
                    return null;
                }))
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("as a Hold");
        assertThatThrownBy(write::predecessorAbandoned).isInstanceOf(IllegalMonitorStateException.class);
        assertThatThrownBy(write::newCondition).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void nestedTasksReadAndWriteWhatIsWrittenAboveThem() {
        write.lock();
        Task.runInTask("nested", () -> {
            try (Hold mine = write.acquire();
                    Hold reading = read.acquire()) {
                assertThat(pair.snapshot().owner().name()).isEqualTo("nested");
            }
            read.acquire().close();
            return null;
        });
        assertThat(write.isHeldByCurrentTask()).isTrue();
        assertThat(inOwnTask("stranger", read::tryLock).result()).isFalse();
        write.unlock();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void theWriterMayLetGoWhileALoanIsOut() {
        Hold hold = write.acquire();
        Task.runInTask("nested", () -> {
            try (Hold mine = write.acquire()) {
                hold.close();
                assertThat(inOwnTask("stranger", read::tryLock).result()).isFalse();
            }
            return null;
        });
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void anEndingTaskGetsNothingNewButReEnters() {
        Task task = Task.start("task", TaskKind.REQUEST);
        try (Attachment inside = task.attach()) {
            read.lock();
            task.end();
            assertThat(read.tryLock()).isTrue();
            read.unlock();
            read.unlock();
            assertThatThrownBy(read::tryLock).isInstanceOf(LockRefusedException.class);
            assertThatThrownBy(write::tryLock).isInstanceOf(LockRefusedException.class);
        }
        assertThat(pair.isIdle()).isTrue();
        assertThat(events)
                .containsExactly(
                        "acquired order[42] after 0",
                        "released order[42] after 0",
                        "REFUSED order[42] after 0",
                        "REFUSED order[42] after 0");
    }

    @Test
    void whoHasToLeaveIsToldToThoseWhoLookForCycles() {
        ReadWriteCell cell = new ReadWriteCell(pair.id(), LockSettings.DEFAULTS, environment());
        ReadWriteQueue queue = cell.queue();
        assertThat(queue.holdings()).isEmpty();
        Task first = Task.start("first", TaskKind.REQUEST);
        Task second = Task.start("second", TaskKind.REQUEST);
        Share reading = in(first, () -> cell.take(Side.READ, Ownership.HOLD, Patience.NONE));
        in(second, () -> cell.take(Side.READ, Ownership.HOLD, Patience.NONE));
        assertThat(queue.holdings()).extracting(Share::owner).containsExactly(first, second);
        assertThat(queue.holdings()).contains(reading);
        second.end();
        first.end();
        Task writer = Task.start("writer", TaskKind.REQUEST);
        Share writing = in(writer, () -> cell.take(Side.WRITE, Ownership.HOLD, Patience.NONE));
        in(writer, () -> cell.take(Side.READ, Ownership.HOLD, Patience.NONE));
        assertThat(queue.holdings()).containsExactly(writing);
        assertThat(queue.deadlock("a cycle")).isInstanceOf(DeadlockException.class);
    }

    @Test
    void aTaskNestedInAWriterThatReadsTooMayWrite() {
        write.lock();
        read.lock();
        Task.runInTask("nested", () -> {
            assertThat(write.tryLock()).isTrue();
            write.unlock();
            return null;
        });
        read.unlock();
        write.unlock();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void aTaskNestedInAWriterThatOnlyReadsItselfMayNot() {
        write.lock();
        Task.runInTask("nested", () -> {
            read.lock();
            assertThatThrownBy(write::tryLock)
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessageContaining("cannot upgrade");
            read.unlock();
            assertThat(write.tryLock()).isTrue();
            write.unlock();
            return null;
        });
        write.unlock();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void whatAWriterHasLentIsToBeGivenBackFirst() {
        ReadWriteCell cell = new ReadWriteCell(pair.id(), LockSettings.DEFAULTS, environment());
        ReadWriteQueue queue = cell.queue();
        Task writer = Task.start("writer", TaskKind.REQUEST);
        in(writer, () -> {
            Share writing = cell.take(Side.WRITE, Ownership.HOLD, Patience.NONE);
            Share again = new Share(cell, Side.WRITE, writer, Ownership.HOLD);
            Task.runInTask("nested", () -> {
                Share reading = cell.take(Side.READ, Ownership.HOLD, Patience.NONE);
                assertThat(queue.holdings()).as("whom a stranger waits for").containsExactly(reading);
                assertThat(queue.inTheWayOf(queue.lot().join(writer, again, false)))
                        .as("the writer does not wait for itself")
                        .containsExactly(reading);
                return null;
            });
            return writing;
        });
    }
}
