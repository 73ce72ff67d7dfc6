package io.ownedlock.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ownedlock.park.Gate;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockEnvironment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockKind;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.TestTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** How many keys there may be, and what lets go of them and takes them back, each race forced into each of its orders. */
class EntriesTest {

    private final TestTime time = new TestTime();
    private final LockEnvironment environment = new LockEnvironment(time, time, Gate.OPEN, Runnable::run, List.of());
    private final Blueprint<TaskLock> plain = blueprint(made -> made);

    private Blueprint<TaskLock> blueprint(UnaryOperator<TaskLock> before) {
        LockSettings settings = LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON);
        return new Blueprint<>(
                TaskLock.class, LockKind.LOCK, 0, id -> before.apply(TaskLock.create(id, settings, environment)));
    }

    private Entries entries(int maxKeys) {
        return new Entries(time, maxKeys);
    }

    private static LockId id(Object key) {
        return new LockId("order", key.toString());
    }

    private Hold hold(Entries entries, Object key) {
        return entries.obtain(id(key), plain).acquire();
    }

    private void assertRefused(Entries entries, Object key) {
        assertThatExceptionOfType(LockRefusedException.class)
                .isThrownBy(() -> entries.obtain(id(key), plain))
                .withMessageContaining("order[" + key + "]")
                .satisfies(told -> {
                    assertThat(told.lock()).isEqualTo(id(key));
                    assertThat(told.getStackTrace()).as("cheap").isEmpty();
                });
    }

    private void letGo(Entries entries) {
        entries.evictIdle();
        entries.evictIdle();
    }

    @Test
    void anotherKeyThanThereMayBeIsRefusedAndWhatExistsIsNot() {
        Entries entries = entries(2);
        Hold first = hold(entries, 1);
        Hold second = hold(entries, 2);
        assertRefused(entries, 3);
        assertThatExceptionOfType(LockRefusedException.class)
                .isThrownBy(() -> entries.obtain(id(3), plain))
                .withMessageEndingWith("in use, 2");
        assertThat(entries.obtain(id(1), plain).isHeldByCurrentTask()).isTrue();
        assertThat(entries.size()).isEqualTo(2);
        TaskLock other = entries.obtain(new LockId("seat", "3"), plain);
        assertThat(other).as("of another name").isNotNull();
        second.close();
        letGo(entries);
        assertThat(entries.obtain(id(3), plain)).as("what is idle makes room").isNotNull();
        first.close();
    }

    @Test
    void whatWasLetGoOfIsNotCountedAndIsNeverRefused() {
        Entries entries = entries(1);
        TaskLock kept = entries.obtain(id(1), plain);
        assertThat(entries.kept("order")).isEqualTo(1);
        letGo(entries);
        assertThat(entries.kept("order")).isZero();
        entries.evictIdle();
        assertThat(entries.kept("order")).as("let go of once").isZero();
        Hold second = hold(entries, 2);
        assertThat(entries.obtain(id(1), plain)).as("exists").isSameAs(kept);
        assertThat(entries.kept("order")).isEqualTo(2);
        assertRefused(entries, 3);
        letGo(entries);
        assertThat(entries.kept("order")).isEqualTo(1);
        assertRefused(entries, 3);
        second.close();
    }

    /** The one that makes it stands still in the middle; whoever wants it waits, whoever wants another one is refused. */
    @Test
    void theLastPlaceIsOneKeysFromTheMomentSomebodyMakesIt() {
        Entries entries = entries(1);
        Gatekeeper gatekeeper = new Gatekeeper();
        Blueprint<TaskLock> slow = blueprint(gatekeeper);
        Actor<TaskLock> maker = Actor.start("maker", () -> entries.obtain(id(1), slow));
        gatekeeper.awaitReached();
        assertRefused(entries, "another");
        Actor<TaskLock> same = Actor.start("same", () -> entries.obtain(id(1), slow));
        Actor.awaitUntil(() -> same.thread().getState() == Thread.State.BLOCKED, () -> "the second to ask");
        gatekeeper.pass();
        assertThat(same.result()).isSameAs(maker.result());
        assertThat(gatekeeper.made).hasValue(1);
        assertThat(entries.kept("order")).isEqualTo(1);
    }

    /** Stands still while it makes a lock. It spins, so that nothing eats a permit. */
    private static final class Gatekeeper implements UnaryOperator<TaskLock> {

        private final AtomicInteger made = new AtomicInteger();
        private volatile boolean passed;

        @Override
        public TaskLock apply(TaskLock lock) {
            made.incrementAndGet();
            while (!passed) {
                Thread.yield();
            }
            return lock;
        }

        void awaitReached() {
            Actor.awaitUntil(() -> made.get() > 0, () -> "a lock to be made");
        }

        void pass() {
            passed = true;
        }
    }

    @Test
    void ofManyWhoWantTheLastPlaceExactlyOneGetsIt() {
        for (int round = 0; round < 100; round++) {
            Entries entries = entries(3);
            List<Hold> holds = List.of(hold(entries, "a"), hold(entries, "b"));
            CyclicBarrier start = new CyclicBarrier(4);
            List<Actor<Boolean>> actors = new ArrayList<>();
            for (int key = 0; key < 4; key++) {
                int mine = key;
                actors.add(Actor.start("asker " + key, () -> {
                    start.await();
                    try {
                        hold(entries, mine);
                        return true;
                    } catch (LockRefusedException e) {
                        return false;
                    }
                }));
            }
            assertThat(actors).filteredOn(Actor::result).hasSize(1);
            assertThat(entries.kept("order")).isEqualTo(3);
            holds.forEach(Hold::close);
        }
    }

    @Test
    void noPlaceIsTakenTwice() {
        KeyCount count = new KeyCount(5_000_000);
        CyclicBarrier start = new CyclicBarrier(4);
        List<Actor<Integer>> actors = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            actors.add(Actor.start("taker " + i, () -> {
                start.await();
                int taken = 0;
                while (count.take()) {
                    taken++;
                }
                return taken;
            }));
        }
        assertThat(actors.stream().mapToInt(Actor::result).sum()).isEqualTo(5_000_000);
    }

    @Test
    void whatCannotBeMadeTakesNoPlace() {
        Entries entries = entries(1);
        Blueprint<TaskLock> broken = blueprint(made -> {
            throw new StackOverflowError("on purpose");
        });
        assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> entries.obtain(id(1), broken));
        assertThat(entries.kept("order")).isZero();
        assertThat(entries.size()).isZero();
        assertThat(entries.obtain(id(2), plain)).isNotNull();
    }

    @Test
    void poisonedBetweenTheLookAndLettingGo() {
        Entries entries = entries(1);
        TaskLock lock = entries.obtain(id(1), plain);
        Entry entry = entries.entry(id(1));
        // Somebody has looked, it was idle; then:
        Task.runInTask("leak", () -> lock.acquire());
        entry.letGo(lock, time);
        assertThat(entries.kept("order")).as("poison is never evicted").isEqualTo(1);
    }

    @Test
    void poisonedJustAfterLettingGo() {
        Entries entries = entries(1);
        TaskLock lock = entries.obtain(id(1), plain);
        entries.entry(id(1)).letGo(lock, time);
        assertThat(entries.kept("order")).isZero();
        Task.runInTask("leak", () -> lock.acquire());
        // What the registry's own listener does.
        entries.keep(id(1));
        assertThat(entries.kept("order")).isEqualTo(1);
        letGo(entries);
        assertThat(entries.kept("order")).isEqualTo(1);
    }

    @Test
    void obtainedBetweenTheLookAndLettingGo() {
        Entries entries = entries(1);
        TaskLock lock = entries.obtain(id(1), plain);
        entries.evictIdle();
        assertThat(entries.obtain(id(1), plain)).isSameAs(lock);
        entries.evictIdle();
        assertThat(entries.kept("order")).as("wanted since the first round").isEqualTo(1);
        entries.entry(id(1)).letGo(lock, time);
        assertThat(entries.obtain(id(1), plain))
                .as("wanted just before, and not made anew")
                .isSameAs(lock);
        assertThat(entries.kept("order")).isEqualTo(1);
    }

    /** Collected, and the collector has not told yet: what is made in its place must not go with it. */
    @Test
    void madeAnewBetweenBeingCollectedAndBeingEvicted() {
        Entries entries = entries(1);
        TaskLock old = entries.obtain(id(1), plain);
        letGo(entries);
        Entry collected = entries.entry(id(1));
        collected.clear();
        assertThat(collected.keep()).isNull();
        assertThat(entries.kept("order")).isZero();
        TaskLock made = entries.obtain(id(1), plain);
        assertThat(made).isNotSameAs(old);
        collected.enqueue();
        entries.evictIdle();
        assertThat(entries.entry(id(1))).isNotNull().isNotSameAs(collected);
        assertThat(entries.obtain(id(1), plain)).isSameAs(made);
        assertThat(entries.kept("order")).isEqualTo(1);
    }

    @Test
    void collectedAndEvictedLeavesNothing() {
        Entries entries = entries(1);
        entries.obtain(id(1), plain);
        letGo(entries);
        Entry collected = entries.entry(id(1));
        collected.clear();
        collected.enqueue();
        entries.evictIdle();
        assertThat(entries.size()).isZero();
        assertThat(entries.kept("order")).isZero();
    }

    @Test
    void whatIsOfAnotherKindIsNeitherGivenNorMade() {
        Entries entries = entries(1);
        Hold hold = hold(entries, 1);
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> entries.obtain(id(1), new Blueprint<>(TaskLock.class, LockKind.LOCK, 2, plain.maker())));
        hold.close();
    }

    /** Whoever changes the settings of a name must know: this one has read them already. */
    @Test
    void whatIsBeingMadeIsThere() {
        Entries entries = entries(1);
        List<Boolean> seen = new ArrayList<>();
        Blueprint<TaskLock> looking = blueprint(made -> {
            seen.add(entries.has("order"));
            return made;
        });
        assertThat(entries.has("order")).isFalse();
        TaskLock made = entries.obtain(id(1), looking);
        assertThat(seen).containsExactly(true);
        assertThat(made.isIdle()).isTrue();
    }
}
