package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.deadlock.DeadlockDetector;
import io.ownedlock.deadlock.DeadlockPolicy;
import io.ownedlock.deadlock.JoinRefusedException;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Ticker;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Cycles of waiting that go through both sides of a read/write pair, and what only looks like one. */
class ReadWriteDeadlockTest extends LockTesting {

    private final LockEnvironment detecting = new LockEnvironment(
            time, time, new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system()), Runnable::run, List.of());
    private final TaskReadWriteLock pair =
            TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, detecting);
    private final TaskLock lock = TaskLock.create(new LockId("lock", null), LockSettings.DEFAULTS, detecting);
    private final Task one = Task.start("one", TaskKind.REQUEST);
    private final Task two = Task.start("two", TaskKind.REQUEST);

    @Test
    void aReaderAndAWriterWaitForEachOther() {
        in(one, () -> pair.readLock().acquire());
        in(two, lock::acquire);
        Actor<Hold> writer =
                Actor.start("two", () -> in(two, () -> pair.writeLock().acquire()));
        writer.awaitParkedOn(pair.lot());
        assertThat(Actor.start("one", () -> in(one, lock::acquire)).failure())
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("pair")
                .hasMessageContaining("lock");
        one.end();
        writer.result();
    }

    @Test
    void aReaderBehindAWriterThatGivesUpByItselfWaitsForNobody() {
        in(one, () -> pair.readLock().acquire());
        in(two, lock::acquire);
        Actor<Boolean> writer = inOwnTask("writer", () -> pair.writeLock().tryLock(1, TimeUnit.DAYS));
        Actor.awaitUntil(() -> pair.snapshot().waiting().size() == 1, () -> "the writer to wait");
        Actor<Hold> reader =
                Actor.start("two", () -> in(two, () -> pair.readLock().acquire()));
        Actor.awaitUntil(() -> pair.snapshot().waiting().size() == 2, () -> "the reader to wait");
        Actor<Hold> last = Actor.start("one", () -> in(one, lock::acquire));
        last.awaitParkedOn(lock.lot());
        writer.interrupt();
        assertThat(writer.failure()).isInstanceOf(InterruptedException.class);
        reader.result();
        two.end();
        assertThat(last.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void aReaderBehindAWriterWaitsForThoseTheWriterWaitsFor() {
        in(one, () -> pair.readLock().acquire());
        in(two, lock::acquire);
        Actor<Hold> writer = inOwnTask("writer", () -> pair.writeLock().acquire());
        writer.awaitParkedOn(pair.lot());
        Actor<Hold> reader =
                Actor.start("two", () -> in(two, () -> pair.readLock().acquire()));
        reader.awaitParkedOn(pair.lot());
        assertThat(Actor.start("one", () -> in(one, lock::acquire)).failure())
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("in the queue behind");
        one.end();
        writer.result().close();
        reader.result();
    }

    /** It is inside until its borrower is out, and in nobody's way. */
    @Test
    void aLenderThatHasLetGoIsInNobodysWay() {
        Hold lent = in(one, () -> pair.writeLock().acquire());
        Task nested = nestedIn(one, "nested");
        Hold borrowed = in(nested, () -> pair.writeLock().acquire());
        lent.close();
        Hold held = in(two, lock::acquire);
        Actor<Hold> reader =
                Actor.start("two", () -> in(two, () -> pair.readLock().acquire()));
        reader.awaitParkedOn(pair.lot());
        Actor<Hold> last = Actor.start("one", () -> in(one, lock::acquire));
        last.awaitParkedOn(lock.lot());
        borrowed.close();
        reader.result().close();
        held.close();
        last.result().close();
    }

    /** Who waits for an outer task, since the pair is not re-entrant, waits for it like a stranger. */
    @Test
    void anOuterTaskDoesNotJoinWhoWaitsForIt() {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, time);
        TaskReadWriteLock own = TaskReadWriteLock.create(
                new LockId("own", null),
                LockSettings.DEFAULTS.withReentrant(false),
                new LockEnvironment(time, time, detector, Runnable::run, List.of()));
        Task nested = nestedIn(one, "nested");
        Hold first = own.writeLock().acquire();
        Stop got = new Stop();
        Actor<Boolean> outer = Actor.start(
                "outer",
                () -> in(one, () -> {
                    try (Hold held = own.writeLock().acquire()) {
                        got.here();
                        detector.joining(nested).close();
                        return false;
                    } catch (JoinRefusedException e) {
                        return true;
                    }
                }));
        outer.awaitParkedOn(own.lot());
        Actor<Hold> inner =
                Actor.start("inner", () -> in(nested, own.writeLock()::acquire)).awaitParkedOn(own.lot());
        first.close();
        got.awaitReached();
        inner.awaitParkedOn(own.lot());
        got.pass();
        assertThat(outer.result()).isTrue();
        inner.result().close();
    }

    /** What a writer reads beside is in nobody's way whom it lends to. */
    @Test
    void aWriterMayJoinWhoWaitsForAnotherToHaveRead() {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, time);
        TaskReadWriteLock own = TaskReadWriteLock.create(
                new LockId("own", null),
                LockSettings.DEFAULTS,
                new LockEnvironment(time, time, detector, Runnable::run, List.of()));
        Task middle = nestedIn(one, "middle");
        Task inner = nestedIn(middle, "inner");
        Task sibling = nestedIn(one, "sibling");
        in(one, own.writeLock()::acquire);
        in(one, own.readLock()::acquire);
        Hold siblings = in(sibling, own.readLock()::acquire);
        Actor<Hold> writer =
                Actor.start("writer", () -> in(inner, own.writeLock()::acquire)).awaitParkedOn(own.lot());
        Hold reading = in(middle, own.readLock()::acquire);
        siblings.close();
        writer.awaitParkedOn(own.lot());
        in(one, () -> detector.joining(inner)).close();
        reading.close();
        writer.result().close();
    }

    /** It has taken off its last grip, and not left yet. */
    @Test
    void aReaderThatIsLettingGoIsInNobodysWay() {
        Hold held = in(two, lock::acquire);
        in(one, () -> pair.readLock().acquire());
        Ownership share = pair.readLock().ownershipOf(one);
        Actor<Hold> waiter = Actor.start("one", () -> in(one, lock::acquire)).awaitParkedOn(lock.lot());
        assertThat(share.takeOff(Ownership.HOLD)).isTrue();
        Actor<Hold> writer = Actor.start(
                        "two", () -> in(two, () -> pair.writeLock().acquire()))
                .awaitParkedOn(pair.lot());
        share.release();
        writer.result().close();
        held.close();
        waiter.result().close();
    }
}
