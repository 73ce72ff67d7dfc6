package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.task.TaskState;
import io.ownedlock.testing.Actor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of the pair when somebody dies inside. */
class ReadWriteBreakingTest extends ReadWriteTesting {

    private final TaskReadWriteLock pair = newPair(LockSettings.DEFAULTS);
    private final ReadWriteSide read = pair.readLock();
    private final ReadWriteSide write = pair.writeLock();

    @Test
    void aDeadWriterBreaksBothSidesAndTheNextOfEitherIsTold() {
        Task owner = holder("owner", write);
        Actor<Hold> reader = waiter("reader", pair, read);
        Actor<Hold> writer = waiter("writer", pair, write);
        Exception failure = new Exception("what it died of");
        owner.end(failure);
        assertThat(reader.failure()).isInstanceOf(BrokenLockException.class).hasCause(failure);
        assertThat(writer.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("OWNER_ENDED");
        assertThat(events).contains("abandoned order[42] by owner, told 2");
        assertThat(pair.snapshot().state()).isEqualTo(LockState.FREE);
        assertThat(pair.isIdle()).as("somebody must know").isFalse();

        Hold first = read.acquire();
        assertThat(first.predecessor().owner().name()).isEqualTo("owner");
        assertThat(read.predecessorAbandoned()).isTrue();
        first.close();
        assertThat(read.acquire().predecessorAbandoned())
                .as("a reader cannot have put it right")
                .isTrue();
        read.lock();
        read.unlock();
        assertThat(pair.snapshot().abandonment()).isNotNull();
    }

    @Test
    void onlyAWritersNormalCloseSaysThatAllIsWell() {
        holder("owner", write).end();
        holder("second", write).end();
        try (Hold hold = write.acquire()) {
            assertThat(hold.predecessor().owner().name()).isEqualTo("second");
            Task.runInTask("nested", () -> {
                try (Hold mine = write.acquire()) {
                    assertThat(mine.predecessorAbandoned()).isTrue();
                }
                return null;
            });
            assertThat(pair.snapshot().abandonment())
                    .as("a loan does not count")
                    .isNotNull();
        }
        assertThat(pair.isIdle()).isTrue();
        assertThat(read.acquire().predecessorAbandoned()).isFalse();
    }

    @Test
    void poisonBreaksBothSidesUntilRepaired() {
        TaskReadWriteLock poisonable = newPair(settings(OnOwnerEnd.POISON));
        Task owner = holder("owner", poisonable.writeLock());
        Actor<Hold> reader = waiter("reader", poisonable, poisonable.readLock());
        assertThat(poisonable.repair()).isFalse();
        owner.end();
        assertThat(reader.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(poisonable.snapshot().state()).isEqualTo(LockState.POISONED);
        for (ReadWriteSide side : new ReadWriteSide[] {poisonable.readLock(), poisonable.writeLock()}) {
            assertThatThrownBy(side::acquire).isInstanceOf(BrokenLockException.class);
            assertThatThrownBy(side::tryLock).isInstanceOf(BrokenLockException.class);
        }
        assertThat(poisonable.repair()).isTrue();
        assertThat(poisonable.isIdle()).isTrue();
        assertThat(poisonable.readLock().acquire().predecessorAbandoned()).isFalse();
        assertThat(events).contains("repaired order[42]");
    }

    @Test
    void handOverServesTheFirstInLineAndTheOthersGoOnWaiting() {
        TaskReadWriteLock inherited = newPair(settings(OnOwnerEnd.HAND_OVER));
        Task owner = holder("owner", inherited.writeLock());
        Actor<Hold> writer = waiter("writer", inherited, inherited.writeLock());
        Actor<Hold> reader = waiter("reader", inherited, inherited.readLock());
        owner.end();
        Hold heir = writer.result();
        assertThat(heir.predecessorAbandoned()).isTrue();
        assertThat(reader.isParkedOn(inherited.lot())).isTrue();
        heir.close();
        assertThat(reader.result().predecessorAbandoned()).isFalse();
        assertThat(events).contains("abandoned order[42] by owner, told 0");
    }

    @Test
    void handOverToReadersTellsEachOfThem() {
        TaskReadWriteLock inherited = newPair(settings(OnOwnerEnd.HAND_OVER));
        Task owner = holder("owner", inherited.writeLock());
        Actor<Hold> first = waiter("first", inherited, inherited.readLock());
        Actor<Hold> second = waiter("second", inherited, inherited.readLock());
        Actor<Hold> writer = waiter("writer", inherited, inherited.writeLock());
        owner.end();
        Hold one = first.result();
        Hold two = second.result();
        assertThat(one.predecessorAbandoned()).isTrue();
        assertThat(two.predecessorAbandoned()).isTrue();
        one.close();
        two.close();
        assertThat(writer.result().predecessorAbandoned()).isTrue();
    }

    @Test
    void handOverToNobodyLeavesTheFlag() {
        TaskReadWriteLock inherited = newPair(settings(OnOwnerEnd.HAND_OVER));
        holder("owner", inherited.writeLock()).end();
        assertThat(inherited.writeLock().acquire().predecessorAbandoned()).isTrue();
    }

    @Test
    void aDeadReadersShareGoesBackAndTheWriterThatWaitedIsServed() {
        for (OnOwnerEnd policy : OnOwnerEnd.values()) {
            events.clear();
            TaskReadWriteLock shared = newPair(settings(policy));
            Task first = holder("first", shared.readLock());
            Task second = holder("second", shared.readLock());
            Actor<Hold> writer = waiter("writer", shared, shared.writeLock());
            first.end();
            assertThat(readers(shared)).containsExactly("second");
            assertThat(writer.isParkedOn(shared.lot())).isTrue();
            second.end();
            Hold hold = writer.result();
            assertThat(hold.predecessorAbandoned()).isFalse();
            hold.close();
            assertThat(shared.isIdle()).isTrue();
            assertThat(events)
                    .contains("reclaimed order[42] from first after 0", "reclaimed order[42] from second after 0")
                    .noneMatch(event -> event.startsWith("abandoned"));
        }
    }

    @Test
    void aTaskThatDiesAfterItHasDowngradedIsAReader() {
        Task task = Task.start("task", TaskKind.REQUEST);
        in(task, () -> {
            write.lock();
            read.lock();
            write.unlock();
            return null;
        });
        task.end();
        assertThat(pair.isIdle()).isTrue();
        assertThat(events).contains("reclaimed order[42] from task after 0");
    }

    @Test
    void aTaskThatDiesReadingAndWritingIsAWriter() {
        Task task = holder("task", write);
        in(task, read::acquire);
        Actor<Hold> reader = waiter("reader", pair, read);
        task.end();
        assertThat(reader.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(readers(pair)).isEmpty();
        assertThat(events).containsOnlyOnce("abandoned order[42] by task, told 1");
        assertThat(events).noneMatch(event -> event.startsWith("reclaimed"));
    }

    @Test
    void aDeadThreadIsFoundByANewcomer() {
        Actor.runAndDie("reader", read::lock);
        assertThat(write.tryLock()).isTrue();
        assertThat(write.predecessorAbandoned()).isFalse();
        write.unlock();
        Actor.runAndDie("writer", write::lock);
        assertThat(read.tryLock()).isTrue();
        assertThat(read.predecessorAbandoned()).isTrue();
        assertThat(events).contains("reclaimed order[42] from reader after 0", "abandoned order[42] by writer, told 0");
    }

    @Test
    void aDeadThreadUnderPoisonIsFoundByANewcomerThatFails() {
        TaskReadWriteLock poisonable = newPair(settings(OnOwnerEnd.POISON));
        Actor.runAndDie("writer", poisonable.writeLock()::lock);
        assertThatThrownBy(poisonable.readLock()::tryLock)
                .isInstanceOf(BrokenLockException.class)
                .hasMessageContaining("OWNER_THREAD_DIED");
    }

    @Test
    void aDeadThreadIsFoundByTheWatchdogForThoseAsleep() {
        Stop die = new Stop();
        Actor<Void> mortal = Actor.run("mortal", () -> {
            read.lock();
            die.here();
        });
        die.awaitReached();
        Actor<Hold> writer = waiter("writer", pair, write);
        pair.inspectOwners();
        assertThat(writer.isParkedOn(pair.lot())).isTrue();
        die.pass();
        mortal.result();
        Actor.awaitUntil(() -> !mortal.thread().isAlive(), () -> "it to die");
        pair.inspectOwners();
        writer.result().close();
        assertThat(pair.isIdle()).isTrue();
    }

    @Test
    void aMissedEndIsFoundByTheWatchdog() {
        Task gone = Task.start("gone", TaskKind.REQUEST, thread -> true);
        in(gone, write::acquire);
        Actor<Hold> reader = waiter("reader", pair, read);
        pair.inspectOwners();
        assertThat(reader.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void nobodyIsLetIntoAnOccupiedSectionWhenItsTaskIsEnding() {
        Task task = Task.start("task", TaskKind.REQUEST);
        try (Attachment inside = task.attach()) {
            write.lock();
            Actor<Hold> reader = waiter("reader", pair, read);
            task.end();
            assertThat(reader.isParkedOn(pair.lot())).isTrue();
            inside.close();
            assertThat(reader.failure()).isInstanceOf(BrokenLockException.class);
        }
    }

    @Test
    void aDeadBorrowerGivesTheLoanBackAndTheLenderIsTold() {
        try (Hold hold = write.acquire()) {
            Actor<Hold> stranger = waiter("stranger", pair, read);
            Task.runInTask("borrower", () -> {
                write.lock();
                return null;
            });
            assertThat(write.predecessorAbandoned()).isTrue();
            assertThat(hold.predecessor().owner().name()).isEqualTo("borrower");
            assertThat(hold.predecessor().lender().name())
                    .isEqualTo(Task.current().name());
            Task.runInTask("reader", () -> {
                read.lock();
                return null;
            });
            assertThat(events)
                    .contains("abandoned order[42] by borrower, told 0", "reclaimed order[42] from reader after 0");
            assertThat(stranger.isParkedOn(pair.lot())).isTrue();
            hold.close();
            assertThat(stranger.result().predecessorAbandoned()).isFalse();
        }
    }

    /** Its end was missed, and is found out while one nested in it is at work still. */
    @ParameterizedTest
    @EnumSource(Side.class)
    void aWriterThatDiesWhileANestedTaskIsInsideIsGivenUpWhenThatHasLeft(Side side) {
        Task lender = Task.start("lender", TaskKind.REQUEST, thread -> true);
        in(lender, write::acquire);
        Stop inside = new Stop();
        Actor<Void> nested = Actor.run(
                "nested",
                () -> in(
                        lender,
                        () -> Task.runInTask("nested", () -> {
                            try (Hold mine = (side == Side.READ ? read : write).acquire()) {
                                inside.here();
                            }
                            return null;
                        })));
        inside.awaitReached();
        Actor<Hold> stranger = waiter("stranger", pair, read);
        pair.inspectOwners();
        lender.endIfGone();
        assertThat(lender.state()).isEqualTo(TaskState.ENDED);
        assertThat(stranger.isParkedOn(pair.lot())).isTrue();
        Actor<Hold> newcomer = acquirer("newcomer", write).awaitParkedOn(pair.lot());
        inside.pass();
        nested.result();
        assertThat(stranger.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(newcomer.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(events).contains("abandoned order[42] by lender, told 2");
    }

    @Test
    void closingWhatWasBrokenDoesNothing() {
        Task task = Task.start("task", TaskKind.REQUEST);
        Hold hold = in(task, write::acquire);
        task.end();
        Hold next = write.acquire();
        hold.close();
        assertThat(write.isHeldByCurrentTask()).isTrue();
        next.close();
        assertThat(pair.isIdle()).isTrue();
    }
}
