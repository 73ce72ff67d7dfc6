package io.ownedlock.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ownedlock.sync.CapacityLimiter;
import io.ownedlock.sync.LockKind;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.Permit;
import io.ownedlock.sync.Primitive;
import io.ownedlock.sync.ReadWriteSide;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.TestTime;
import io.ownedlock.watchdog.Guard;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** A registry gives and keeps every kind of primitive alike. */
class PrimitivesTest {

    private final TestTime time = new TestTime();
    private final LockRegistry registry = LockRegistry.builder()
            .ticker(time)
            .parker(time)
            .settings("strict", LockSettings.DEFAULTS.withWaitAtMost(Duration.ZERO))
            .settings("alone", LockSettings.DEFAULTS.withMaxWaiters(0))
            .settings("ledger", LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON))
            .build();

    private void inspect() {
        registry.guards().forEach(Guard::inspect);
    }

    private void awaitSize(int size) {
        Actor.awaitUntil(
                () -> {
                    inspect();
                    System.gc();
                    return registry.size() == size;
                },
                () -> "a registry of " + size + ", not " + registry.snapshot());
    }

    @Test
    void oneForEachNameAndKey() {
        assertThat(registry.obtainReadWrite("page", 1)).isSameAs(registry.obtainReadWrite("page", "1"));
        assertThat(registry.obtainReadWrite("page")).isNotSameAs(registry.obtainReadWrite("page", 1));
        assertThat(registry.obtainSemaphore("render", 2)).isSameAs(registry.obtainSemaphore("render", 2));
        assertThat(registry.obtainSemaphore("render", 7, 2)).isSameAs(registry.obtainSemaphore("render", 7L, 2));
        assertThat(registry.obtainSemaphore("render", 7, 2)).isNotSameAs(registry.obtainSemaphore("render", 8, 2));
        assertThat(registry.obtainLimiter("pool", 3)).isSameAs(registry.obtainLimiter("pool", 3));
        assertThat(registry.obtainLimiter("pool", "k", 3)).isSameAs(registry.obtainLimiter("pool", 'k', 3));
        assertThat(registry.snapshot())
                .extracting(LockSnapshot::kind)
                .containsOnly(LockKind.READ_WRITE, LockKind.SEMAPHORE, LockKind.LIMITER)
                .hasSize(7);
        assertThatIllegalArgumentException().isThrownBy(() -> registry.obtainSemaphore("render", 1.5, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> registry.obtainSemaphore("negative", -1));
        assertThatIllegalArgumentException().isThrownBy(() -> registry.obtainLimiter("negative", -1));
    }

    @Test
    void whatIsOfOneKindIsOfNoOther() {
        TaskLock lock = registry.obtain("order", 1);
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.obtainSemaphore("order", 1, 2))
                .withMessage("order[1] is a lock, and cannot be obtained as a semaphore");
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.obtainReadWrite("order", 1))
                .withMessageContaining("as a read/write lock");
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.obtainLimiter("order", 1, 2))
                .withMessageContaining("as a limiter");
        assertThat(registry.obtain("order", 1)).isSameAs(lock);
        TaskSemaphore other = registry.obtainSemaphore("order", 2, 2);
        assertThat(other.available()).as("another key").isEqualTo(2);
    }

    @Test
    void whatHasSoManyPermitsHasNoOtherNumber() {
        Permit held = registry.obtainSemaphore("render", 2).acquire();
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.obtainSemaphore("render", 3))
                .withMessage("render was made with 2 permits, and cannot be obtained with 3");
        CapacityLimiter limiter = registry.obtainLimiter("pool", 2);
        limiter.setTotal(5);
        assertThat(registry.obtainLimiter("pool", 2)).isSameAs(limiter);
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.obtainLimiter("pool", 5))
                .withMessageContaining("2 tokens");
        held.close();
    }

    @Test
    void theSettingsOfANameAreForEveryKind() {
        List<Callable<?>> strict = List.of(
                registry.obtainReadWrite("strict", 1).writeLock()::acquire,
                registry.obtainSemaphore("strict", 2, 1)::acquire,
                registry.obtainLimiter("strict", 3, 1)::acquire);
        List<Callable<?>> alone = List.of(
                registry.obtainReadWrite("alone", 1).writeLock()::acquire,
                registry.obtainSemaphore("alone", 2, 1)::acquire,
                registry.obtainLimiter("alone", 3, 1)::acquire);
        for (int i = 0; i < 3; i++) {
            inATask(strict.get(i));
            assertThatExceptionOfType(WaitTooLongException.class).isThrownBy(strict.get(i)::call);
            inATask(alone.get(i));
            assertThatExceptionOfType(LockRefusedException.class).isThrownBy(alone.get(i)::call);
        }
    }

    private static void inATask(Callable<?> action) {
        try (var ignored = Task.start("holder", TaskKind.REQUEST).attach()) {
            action.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theGuardsFindDeadOwnersOfEveryKind() {
        Actor.runAndDie("mortal", () -> {
            registry.obtain("order").acquire();
            registry.obtainReadWrite("page").readLock().acquire();
            registry.obtainReadWrite("book").writeLock().acquire();
            registry.obtainSemaphore("render", 1).acquire();
            registry.obtainLimiter("pool", 1).acquire();
        });
        assertThat(registry.snapshot())
                .hasSize(5)
                .allSatisfy(seen -> assertThat(seen.holds()).hasSize(1));
        inspect();
        assertThat(registry.snapshot())
                .hasSize(5)
                .allSatisfy(seen -> assertThat(seen.holds()).isEmpty());
    }

    @Test
    void aLivenessThatThrowsKeepsNobodyFromBeingInspected() {
        Task broken = Task.start("broken", TaskKind.REQUEST, inside -> {
            throw new IllegalStateException("on purpose");
        });
        for (int key = 0; key < 10; key++) {
            TaskLock lock = registry.obtain("broken", key);
            try (var ignored = broken.attach()) {
                lock.acquire();
            }
            Actor.runAndDie("mortal", registry.obtain("order", key)::lock);
        }
        inspect();
        assertThat(registry.snapshot())
                .filteredOn(seen -> seen.lock().name().equals("order"))
                .hasSize(10)
                .allSatisfy(seen -> assertThat(seen.holds()).isEmpty());
    }

    @Test
    void theIdleVanishWhateverTheyAre() {
        registry.obtainReadWrite("page").readLock().acquire().close();
        registry.obtainSemaphore("render", 1).acquire().close();
        registry.obtainLimiter("pool", 1).acquire().close();
        awaitSize(0);
        assertThat(registry.obtainSemaphore("pool", 5).available())
                .as("of another kind now")
                .isEqualTo(5);
    }

    @Test
    void whatIsNotAsItWasMadeIsKept() {
        registry.obtainSemaphore("taken", 1).shared().acquire();
        registry.obtainSemaphore("released", 0).shared().release();
        registry.obtainLimiter("resized", 1).setTotal(4);
        registry.obtain("clean");
        awaitSize(3);
        assertThat(registry.obtainSemaphore("taken", 1).available()).isZero();
        assertThat(registry.obtainSemaphore("released", 0).available()).isEqualTo(1);
        assertThat(registry.obtainLimiter("resized", 1).total()).isEqualTo(4);
    }

    /** A part keeps the whole: a side its pair, a permit its semaphore, shared permits theirs. */
    @Test
    void whatSomebodyKeptAPartOfIsNotMadeAnew() {
        ReadWriteSide side = registry.obtainReadWrite("page").readLock();
        Object shared = registry.obtainSemaphore("render", 1).shared();
        inspect();
        inspect();
        List<WeakReference<Primitive>> references = List.of(
                new WeakReference<>(registry.obtainReadWrite("page")),
                new WeakReference<>(registry.obtainSemaphore("render", 1)));
        inspect();
        inspect();
        registry.obtain("clean");
        awaitSize(2);
        assertThat(references)
                .allSatisfy(reference -> assertThat(reference.get()).isNotNull());
        assertThat(registry.obtainReadWrite("page").readLock()).isSameAs(side);
        assertThat(registry.obtainSemaphore("render", 1).shared()).isSameAs(shared);
    }

    @Test
    void anAbandonedLockIsKnownToBeForAnHour() {
        abandon(registry.obtain("order"));
        Task.runInTask(
                "leak", () -> registry.obtainReadWrite("page").writeLock().acquire());
        abandon(registry.obtain("ledger"));
        registry.obtain("clean");
        inspect();
        time.advance(Duration.ofHours(1).minusNanos(1));
        awaitSize(3);
        time.advance(Duration.ofNanos(1));
        awaitSize(1);
        time.advance(Duration.ofDays(365));
        inspect();
        inspect();
        assertThat(registry.obtain("ledger").snapshot().abandonment())
                .as("poison")
                .isNotNull();
        assertThat(registry.obtain("order").snapshot().abandonment())
                .as("made anew")
                .isNull();
    }

    @Test
    void theHourIsTheLatestIncidents() {
        TaskLock lock = registry.obtain("order");
        abandon(lock);
        inspect();
        time.advance(Duration.ofMinutes(59));
        abandon(lock);
        time.advance(Duration.ofMinutes(1));
        lock = null;
        registry.obtain("clean");
        awaitSize(1);
        assertThat(registry.obtain("order").abandonment()).isNotNull();
        time.advance(Duration.ofHours(1));
        awaitSize(0);
    }

    @Test
    void whoeverKeptAForgottenLockStillSeesTheSame() {
        TaskLock lock = registry.obtain("order");
        abandon(lock);
        inspect();
        time.advance(Duration.ofHours(2));
        inspect();
        inspect();
        assertThat(registry.entries().kept("order")).isZero();
        inspect();
        assertThat(registry.entries().kept("order")).isZero();
        assertThat(registry.obtain("order")).isSameAs(lock);
        assertThat(lock.abandonment()).isNotNull();
    }

    private static void abandon(TaskLock lock) {
        Task.runInTask("leak", () -> lock.acquire());
    }

    @Test
    void theCapIsPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockRegistry.builder().maxKeys(0))
                .withMessageContaining("maxKeys");
        LockRegistry small = LockRegistry.builder().maxKeys(1).build();
        var hold = small.obtain("order", 1).acquire();
        assertThatExceptionOfType(LockRefusedException.class).isThrownBy(() -> small.obtain("order", 2));
        assertThatExceptionOfType(LockRefusedException.class).isThrownBy(() -> small.obtainSemaphore("order", 2, 1));
        hold.close();
    }

    /** It was let go of, changed, and forgotten by everybody before a round could find it. */
    @Test
    void whatHasChangedIsNotMadeAnewThoughNobodyHasIt() {
        CapacityLimiter limiter = registry.obtainLimiter("forgotten limiter", 1);
        TaskSemaphore taken = registry.obtainSemaphore("taken", 1);
        TaskSemaphore released = registry.obtainSemaphore("released", 1);
        registry.guards().forEach(Guard::inspect);
        registry.guards().forEach(Guard::inspect);
        limiter.setTotal(5);
        taken.shared().acquire();
        released.shared().release();
        limiter = null;
        taken = null;
        released = null;
        for (int i = 0; i < 10; i++) {
            System.gc();
        }
        assertThat(registry.obtainLimiter("forgotten limiter", 1).total()).isEqualTo(5);
        assertThat(registry.obtainSemaphore("taken", 1).available()).isZero();
        assertThat(registry.obtainSemaphore("released", 1).available()).isEqualTo(2);
    }
}
