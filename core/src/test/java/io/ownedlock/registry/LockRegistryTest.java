package io.ownedlock.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Task;
import io.ownedlock.testing.Actor;
import io.ownedlock.watchdog.Guard;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LockRegistryTest {

    private final LockRegistry registry = LockRegistry.builder()
            .settings(
                    "ledger",
                    LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON).withWaitAtMost(Duration.ZERO))
            .build();

    @Test
    void givesOneLockForEachNameAndKey() {
        assertThat(registry.obtain("order", 42)).isSameAs(registry.obtain("order", 42));
        assertThat(registry.obtain("order", 42)).isNotSameAs(registry.obtain("order", 43));
        assertThat(registry.obtain("order", 42)).isNotSameAs(registry.obtain("seat", 42));
        assertThat(registry.obtain("order")).isSameAs(registry.obtain("order"));
        assertThat(registry.obtain("order")).isNotSameAs(registry.obtain("order", "null"));
        assertThat(registry.size()).isEqualTo(5);
    }

    @Test
    void aKeyIsItsText() {
        TaskLock lock = registry.obtain("order", "42");
        for (Object key : List.of((byte) 42, (short) 42, 42, 42L, BigInteger.valueOf(42))) {
            assertThat(registry.obtain("order", key)).isSameAs(lock);
        }
        UUID uuid = UUID.randomUUID();
        assertThat(registry.obtain("order", uuid)).isSameAs(registry.obtain("order", uuid.toString()));
        assertThat(registry.obtain("order", 'x')).isSameAs(registry.obtain("order", "x"));
        assertThat(registry.obtain("order", true)).isSameAs(registry.obtain("order", "true"));
        assertThat(registry.obtain("order", Shouting.LOUD)).isSameAs(registry.obtain("order", "LOUD"));
        assertThat(lock.id().toString()).isEqualTo("order[42]");
    }

    private enum Shouting {
        LOUD;

        @Override
        public String toString() {
            return "not the name";
        }
    }

    @Test
    void otherKeysAreRefusedByType() {
        for (Object key : List.of(1.5, 1.5f, new Object(), new StringBuilder("42"), List.of(42))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> registry.obtain("order", key))
                    .withMessageContaining(key.getClass().getName());
        }
        assertThatIllegalArgumentException().isThrownBy(() -> registry.obtain("order", " "));
        assertThatIllegalArgumentException().isThrownBy(() -> registry.obtain(" "));
        assertThatExceptionOfType(NullPointerException.class)
                .isThrownBy(() -> registry.obtain("order", null))
                .withMessageContaining("key");
        assertThat(registry.size()).isZero();
    }

    @Test
    void everyNameHasItsSettings() {
        Actor.run("other", registry.obtain("ledger")::lock).result();
        Actor.run("other", registry.obtain("order")::lock).result();
        assertThat(registry.settingsOf("ledger").onOwnerEnd()).isEqualTo(OnOwnerEnd.POISON);
        assertThat(registry.settingsOf("order")).isEqualTo(LockSettings.DEFAULTS);

        TaskLock ledger = registry.obtain("ledger", 1);
        Actor.run("other", () -> {
                    ledger.lock();
                    assertThatThrownBy(() -> Actor.run("waiter", ledger::lock).result())
                            .hasCauseInstanceOf(WaitTooLongException.class);
                })
                .result();
    }

    @Test
    void badSettingsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockSettings.DEFAULTS.withWaitAtMost(Duration.ofMillis(-1)))
                .withMessageContaining("waitAtMost");
    }

    @Test
    void threadsThatAskAtOnceGetTheSameLock() throws Exception {
        Set<TaskLock> given = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int round = 0; round < 200; round++) {
            int key = round;
            CyclicBarrier start = new CyclicBarrier(2);
            Actor<TaskLock> other = Actor.start("other", () -> {
                start.await();
                return registry.obtain("order", key);
            });
            start.await();
            given.add(registry.obtain("order", key));
            given.add(other.result());
        }
        assertThat(given).hasSize(200);
    }

    @Test
    void whatNobodyUsesVanishes() {
        for (int key = 0; key < 1_000; key++) {
            registry.obtain("order", key).acquire().close();
        }
        awaitSize(0);
    }

    @Test
    void aLockSomebodyKeptStaysTheSame() {
        TaskLock kept = registry.obtain("order", 1);
        registry.obtain("order", 2);
        awaitSize(1);
        assertThat(registry.obtain("order", 1)).isSameAs(kept);
    }

    @Test
    void whatIsHeldOrWaitedForIsKept() {
        holdUntilThereIsOneLock();
        awaitSize(0);
    }

    /** A hold keeps its lock, and a variable of a test its hold. */
    private void holdUntilThereIsOneLock() {
        Hold hold = registry.obtain("order", 1).acquire();
        Actor<Void> waiter =
                Actor.run("waiter", () -> registry.obtain("order", 1).acquire().close());
        Actor.awaitUntil(() -> registry.obtain("order", 1).waiting() == 1, () -> "the waiter");
        registry.obtain("order", 2);
        awaitSize(1);
        hold.close();
        waiter.result();
    }

    @Test
    void poisonAndAbandonmentAreKept() {
        leak("ledger");
        leak("order");
        registry.obtain("clean");
        awaitSize(2);
        assertThatThrownBy(registry.obtain("ledger")::tryLock).isInstanceOf(BrokenLockException.class);
        registry.obtain("ledger").repair();
        assertThat(Actor.start("next", () -> {
                            try (Hold hold = registry.obtain("order").acquire()) {
                                return hold.predecessorAbandoned();
                            }
                        })
                        .result())
                .isTrue();
        awaitSize(0);
    }

    @Test
    void whatIsPoisonedAfterItWasLetGoOfIsKeptToo() {
        TaskLock lock = registry.obtain("ledger");
        inspect();
        inspect();
        WeakReference<TaskLock> reference = new WeakReference<>(lock);
        try {
            Task.runInTask("leak", () -> {
                reference.get().lock();
                throw new IOException();
            });
        } catch (IOException expected) {
            lock = null;
        }
        // Before a round of the watchdog could find it.
        for (int i = 0; i < 10; i++) {
            System.gc();
        }
        assertThat(reference.get()).isNotNull();
        registry.obtain("clean");
        awaitSize(1);
        assertThatThrownBy(registry.obtain("ledger")::tryLock).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void aLockThatIsHeldIsNotMadeAnewThoughOnlyItsHoldIsKept() {
        TaskLock lock = registry.obtain("order");
        inspect();
        inspect();
        WeakReference<TaskLock> reference = new WeakReference<>(lock);
        Hold hold = lock.acquire();
        lock = null;
        for (int i = 0; i < 10; i++) {
            System.gc();
        }
        assertThat(reference.get()).isNotNull();
        assertThat(Actor.start("other", () -> registry.obtain("order").tryLock())
                        .result())
                .isFalse();
        hold.close();
    }

    private void leak(String name) {
        TaskLock lock = registry.obtain(name);
        Task.runInTask("leak", () -> lock.acquire());
    }

    private void inspect() {
        registry.guards().forEach(Guard::inspect);
    }

    /** Garbage is collected when the JVM pleases, so this asks until it has. */
    private void awaitSize(int size) {
        Actor.awaitUntil(
                () -> {
                    inspect();
                    System.gc();
                    return registry.size() == size;
                },
                () -> "a registry of " + size + " locks, not " + registry.size());
    }

    @Test
    void theListenersHearOfItsLocks() {
        List<LockId> heard = new ArrayList<>();
        LockListener listener = new LockListener() {
            @Override
            public void acquired(LockId lock, long waitNanos) {
                heard.add(lock);
            }
        };
        LockRegistry.builder()
                .listener(listener)
                .build()
                .obtain("order")
                .acquire()
                .close();
        assertThat(heard).containsExactly(new LockId("order", null));
    }

    @Test
    void theGuardsFindDeadOwners() {
        TaskLock lock = registry.obtain("order", 1);
        Actor.runAndDie("mortal", lock::lock);
        assertThat(registry.snapshot())
                .singleElement()
                .satisfies(seen -> assertThat(seen.state()).isEqualTo(LockState.HELD));
        inspect();
        assertThat(registry.snapshot()).singleElement().satisfies(seen -> {
            assertThat(seen.state()).isEqualTo(LockState.FREE);
            assertThat(seen.abandonment()).isNotNull();
        });
    }

    @Test
    void evictionNeverSplitsALock() {
        // One thread evicts all the time, two take the lock of one key by obtaining it anew each time.
        boolean[] stop = {false};
        Actor<Void> evicting = Actor.run("evicting", () -> {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            while (System.nanoTime() < until) {
                inspect();
                System.gc();
            }
            stop[0] = true;
        });
        int[] inside = {0};
        List<Actor<Void>> users = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            users.add(Actor.run("user " + i, () -> {
                while (!evicting.isDone()) {
                    try (Hold ignored = registry.obtain("order", 1).acquire()) {
                        assertThat(++inside[0]).isEqualTo(1);
                        inside[0]--;
                    }
                }
            }));
        }
        users.forEach(Actor::result);
        evicting.result();
        assertThat(stop[0]).isTrue();
    }
}
