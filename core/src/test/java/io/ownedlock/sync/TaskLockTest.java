package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.park.Gate;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lock while every owner gives it back. */
class TaskLockTest extends LockTesting {

    private final TaskLock lock = newLock(LockSettings.DEFAULTS);

    @Test
    void isFreeAtFirstAndNobodys() {
        assertThat(lock.isIdle()).isTrue();
        assertThat(lock.isHeldByCurrentTask()).isFalse();
        assertThat(lock.snapshot())
                .isEqualTo(
                        new LockSnapshot(lock.id(), LockKind.LOCK, LockState.FREE, List.of(), null, List.of(), null));
    }

    @Test
    void isTakenAgainSoOftenAndNoMore() {
        for (int times = 0; times < Ownership.MOST; times++) {
            lock.lock();
        }
        assertThatThrownBy(lock::lock).isInstanceOf(Error.class).hasMessageContaining("" + Ownership.MOST);
        try (Hold ignored = lock.acquire()) {
            assertThat(lock.snapshot().count()).isEqualTo(Ownership.MOST + 1);
        }
        for (int times = 0; times < Ownership.MOST; times++) {
            lock.unlock();
        }
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void itsTextIsNameAndKeyWhateverItsState() {
        TaskLock poisonable = newLock(settings(OnOwnerEnd.POISON));
        assertThat(poisonable).hasToString("order[42]");
        Task owner = ownerOf(poisonable);
        assertThat(poisonable).hasToString("order[42]");
        owner.end();
        assertThat(poisonable).hasToString("order[42]");
        assertThat(new LockId("order", null)).hasToString("order");
    }

    @Test
    void excludesOtherTasks() {
        Hold hold = lock.acquire();
        assertThat(Actor.start("other", lock::tryLock).result()).isFalse();
        assertThat(Actor.start("other", lock::tryAcquire).result()).isNull();
        hold.close();
        assertThat(Actor.start("other", lock::tryLock).result()).isTrue();
    }

    @Test
    void belongsToTheTaskWhateverThreadIsInIt() {
        Task owner = ownerOf(lock);
        assertThat(lock.tryLock()).isFalse();
        Actor.run(
                        "later thread",
                        () -> in(owner, () -> {
                            assertThat(lock.isHeldByCurrentTask()).isTrue();
                            assertThat(lock.tryLock()).isTrue();
                            lock.unlock();
                            return null;
                        }))
                .result();
        assertThat(lock.isHeldByCurrentTask()).isFalse();
    }

    @Test
    void isTakenAgainByItsOwner() {
        try (Hold first = lock.acquire();
                Hold second = lock.tryAcquire()) {
            lock.lock();
            assertThat(lock.tryLock()).isTrue();
            assertThat(lock.snapshot().count()).isEqualTo(4);
            assertThat(second.fencingToken()).isEqualTo(first.fencingToken());
            lock.unlock();
            lock.unlock();
            assertThatExceptionOfType(IllegalMonitorStateException.class)
                    .isThrownBy(lock::unlock)
                    .withMessageContaining("close");
        }
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void locksAndHoldsMayOverlap() {
        lock.lock();
        Hold hold = lock.acquire();
        lock.unlock();
        assertThat(lock.isHeldByCurrentTask()).isTrue();
        hold.close();
        assertThat(lock.isIdle()).isTrue();
        assertThat(events).containsExactly("acquired order[42] after 0", "released order[42] after 0");
    }

    @Test
    void servesFirstComeFirst() {
        Hold hold = lock.acquire();
        List<Actor<Hold>> waiters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiters.add(acquirer("waiter " + i, lock).awaitParkedOn(lock.lot()));
        }
        assertThat(lock.waiting()).isEqualTo(4);
        assertThat(waiting(lock)).containsExactly("waiter 0", "waiter 1", "waiter 2", "waiter 3");
        for (Actor<Hold> waiter : waiters) {
            hold.close();
            hold = waiter.result();
        }
        hold.close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void tokensGrow() {
        long before = 0;
        for (int i = 0; i < 3; i++) {
            try (Hold hold = lock.acquire()) {
                assertThat(hold.fencingToken()).isGreaterThan(before);
                before = hold.fencingToken();
            }
        }
    }

    @Test
    void aHoldIsClosedOnceByAnybodyAndNeverFreesANewerOne() {
        Hold hold = lock.acquire();
        Actor.run("other", hold::close).result();
        assertThat(lock.isIdle()).isTrue();

        Task owner = ownerOf(lock);
        hold.close();
        assertThat(lock.snapshot().owner().id()).isEqualTo(owner.id());

        owner.end();
        Hold mine = lock.acquire();
        hold.close();
        assertThat(lock.isHeldByCurrentTask()).isTrue();
        mine.close();
    }

    @Test
    void aStrangerIsToldWhoMayUnlock() {
        assertThatExceptionOfType(IllegalMonitorStateException.class)
                .isThrownBy(lock::unlock)
                .withMessageContaining("nobody holds it");
        ownerOf(lock);
        assertThatExceptionOfType(IllegalMonitorStateException.class)
                .isThrownBy(lock::unlock)
                .withMessageContaining("held by REQUEST #")
                .withMessageContaining("'owner'");
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(lock::predecessorAbandoned);
    }

    @Test
    void timeRunsOut() {
        ownerOf(lock);
        Actor<Boolean> byLock = inOwnTask("waiter", () -> lock.tryLock(300, TimeUnit.MILLISECONDS));
        Actor<Hold> byHold = inOwnTask("waiter", () -> lock.tryAcquire(Duration.ofMillis(300)));
        byLock.awaitParkedOn(lock.lot());
        byHold.awaitParkedOn(lock.lot());
        time.advance(Duration.ofMillis(299));
        byLock.awaitParkedOn(lock.lot());
        byHold.awaitParkedOn(lock.lot());
        time.advance(Duration.ofMillis(1));
        assertThat(byLock.result()).isFalse();
        assertThat(byHold.result()).isNull();
        assertThat(lock.waiting()).isZero();
        assertThat(events).contains("TIMED_OUT order[42] after 300000000");
    }

    @Test
    void noTimeIsNoWait() throws InterruptedException {
        ownerOf(lock);
        assertThat(lock.tryLock(0, TimeUnit.SECONDS)).isFalse();
        assertThat(lock.tryLock(-1, TimeUnit.SECONDS)).isFalse();
        assertThat(lock.tryAcquire(Duration.ZERO)).isNull();
        assertThatThrownBy(() -> lock.acquire(Duration.ofSeconds(-1))).isInstanceOf(WaitTooLongException.class);
        assertThat(events).containsExactly("acquired order[42] after 0");
    }

    @Test
    void theLongestTimeIsLong() {
        Task owner = ownerOf(lock);
        Actor<Hold> waiter = inOwnTask("waiter", () -> lock.acquire(Duration.ofSeconds(Long.MAX_VALUE)))
                .awaitParkedOn(lock.lot());
        Actor<Boolean> bounded = inOwnTask("bounded", () -> lock.tryLock(Long.MAX_VALUE - 1, TimeUnit.NANOSECONDS))
                .awaitParkedOn(lock.lot());
        owner.end();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(bounded.failure()).isInstanceOf(BrokenLockException.class);
    }

    @Test
    void theConfiguredWaitIsTheCallersUnlessItSaysOtherwise() {
        TaskLock bounded = newLock(LockSettings.DEFAULTS.withWaitAtMost(Duration.ofMillis(300)));
        Task owner = ownerOf(bounded);
        List<Actor<?>> waiters = List.of(
                acquirer("acquire", bounded),
                inOwnTask("lock", () -> {
                    bounded.lock();
                    return null;
                }),
                inOwnTask("lockInterruptibly", () -> {
                    bounded.lockInterruptibly();
                    return null;
                }));
        Actor<Hold> patient = inOwnTask("patient", () -> bounded.acquire(Duration.ofSeconds(1)));
        waiters.forEach(waiter -> waiter.awaitParkedOn(bounded.lot()));
        patient.awaitParkedOn(bounded.lot());

        time.advance(Duration.ofMillis(300));

        for (Actor<?> waiter : waiters) {
            assertThat(waiter.failure()).isInstanceOfSatisfying(WaitTooLongException.class, e -> {
                assertThat(e.owner().id()).isEqualTo(owner.id());
                assertThat(e.heldSince()).isNotNull();
                assertThat(e.waited()).isEqualTo(Duration.ofMillis(300));
                assertThat(e.lock()).isEqualTo(bounded.id());
                assertThat(e).hasMessageContaining("order[42]").hasMessageContaining(owner.label());
            });
        }
        patient.awaitParkedOn(bounded.lot());
        time.advance(Duration.ofMillis(700));
        assertThat(patient.failure()).isInstanceOf(WaitTooLongException.class);
    }

    @Test
    void interruptsEndAWait() {
        ownerOf(lock);
        Actor<?> lockInterruptibly = inOwnTask("lockInterruptibly", () -> {
            lock.lockInterruptibly();
            return null;
        });
        Actor<Boolean> tryLock = inOwnTask("tryLock", () -> lock.tryLock(1, TimeUnit.DAYS));
        AtomicReference<Boolean> status = new AtomicReference<>();
        Actor<Hold> acquire = inOwnTask("acquire", () -> {
            try {
                return lock.acquire();
            } finally {
                status.set(Thread.interrupted());
            }
        });
        for (Actor<?> waiter : List.of(lockInterruptibly, tryLock, acquire)) {
            waiter.awaitParkedOn(lock.lot());
            waiter.interrupt();
        }
        assertThat(lockInterruptibly.failure()).isInstanceOf(InterruptedException.class);
        assertThat(tryLock.failure()).isInstanceOf(InterruptedException.class);
        assertThat(acquire.failure())
                .isInstanceOf(LockInterruptedException.class)
                .hasMessageContaining("order[42]")
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(status).hasValue(true);
        assertThat(lock.waiting()).isZero();
        assertThat(events).contains("INTERRUPTED order[42] after 0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptBeforehandCountsForAFreeLockToo(boolean free) {
        if (!free) {
            ownerOf(lock);
        }
        Actor<?> actor = inOwnTask("interrupted", () -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(lock::lockInterruptibly).isInstanceOf(InterruptedException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> lock.tryLock(1, TimeUnit.DAYS)).isInstanceOf(InterruptedException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(lock::acquire).isInstanceOf(LockInterruptedException.class);
            assertThat(Thread.interrupted()).isTrue();
            return null;
        });
        actor.result();
        assertThat(lock.isIdle()).isEqualTo(free);
    }

    @Test
    void lockWaitsOnThroughAnInterruptAndKeepsIt() {
        Hold hold = lock.acquire();
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            lock.lock();
            boolean status = Thread.interrupted();
            lock.unlock();
            return status;
        });
        waiter.awaitParkedOn(lock.lot());
        waiter.interrupt();
        Actor.awaitUntil(() -> !waiter.thread().isInterrupted(), () -> "the interrupt to be seen");
        waiter.awaitParkedOn(lock.lot());
        hold.close();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void aNestedTaskUsesWhatTheOneAroundItHolds() {
        Hold outer = lock.acquire();
        Task.runInTask("inner", () -> {
            try (Hold inner = lock.acquire()) {
                assertThat(inner.fencingToken()).isGreaterThan(outer.fencingToken());
                assertThat(lock.snapshot().owner().name()).isEqualTo("inner");
                Task.runInTask("innermost", () -> {
                    assertThat(lock.tryLock()).isTrue();
                    lock.unlock();
                    return null;
                });
            }
            assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
            return null;
        });
        assertThat(lock.isHeldByCurrentTask()).isTrue();
        assertThat(Actor.start("other", lock::tryLock).result()).isFalse();
        outer.close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aLockReleasedWhileItIsLentIsFreeWhenTheLoanIsBack() {
        Hold outer = lock.acquire();
        Task.runInTask("inner", () -> {
            try (Hold inner = lock.acquire()) {
                outer.close();
                assertThat(Actor.start("other", lock::tryLock).result()).isFalse();
            }
            assertThat(lock.isIdle()).isTrue();
            return null;
        });
    }

    @Test
    void aTaskBesideIsAStranger() {
        try (Hold ignored = lock.acquire()) {
            Task beside = Task.start("beside", TaskKind.ASYNC);
            try (Attachment inside = beside.attach()) {
                assertThat(lock.tryLock()).isFalse();
                assertThat(lock.isHeldByCurrentTask()).isFalse();
            }
        }
    }

    @Test
    void manyTasksExcludeEachOther() {
        int[] plain = {0};
        List<Actor<Void>> actors = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            actors.add(Actor.run("worker " + i, () -> {
                for (int n = 0; n < 20_000; n++) {
                    lock.lock();
                    try {
                        plain[0]++;
                    } finally {
                        lock.unlock();
                    }
                }
            }));
        }
        actors.forEach(Actor::result);
        assertThat(plain[0]).isEqualTo(80_000);
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aListenerThatThrowsHarmsNobody() {
        LockListener throwing = new LockListener() {
            @Override
            public void acquired(LockId lock, long waitNanos) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void abandoned(Abandonment abandonment, int waitersTold) {
                throw new StackOverflowError("on purpose");
            }
        };
        TaskLock heard = TaskLock.create(
                new LockId("order", null),
                LockSettings.DEFAULTS,
                new LockEnvironment(time, time, Gate.OPEN, Runnable::run, List.of(throwing)));
        ownerOf(heard).end();
        assertThat(heard.tryLock()).isTrue();
    }

    @Test
    void everyFormOfAcquiringBringsAHold() {
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        Duration aSecond = Duration.ofSeconds(1);
        for (HoldableLock each :
                List.<HoldableLock>of(newLock(LockSettings.DEFAULTS), pair.readLock(), pair.writeLock())) {
            List<Supplier<Hold>> forms = List.of(
                    each::acquire,
                    each::tryAcquire,
                    () -> each.acquire(aSecond),
                    () -> each.tryAcquire(aSecond),
                    () -> each.acquireAsync().join(),
                    () -> each.acquireAsync(aSecond).join());
            for (int form = 0; form < forms.size(); form++) {
                Hold hold = forms.get(form).get();
                assertThat(hold).as("form " + form).isNotNull();
                assertThat(each.isHeldByCurrentTask()).isTrue();
                hold.close();
                assertThat(each.isHeldByCurrentTask()).isFalse();
            }
        }
    }

    /** What it has lent it does not hold any more when it has let go of it, although it is the borrower's still. */
    @Test
    void aLenderThatHasLetGoDoesNotHoldIt() {
        Task outer = Task.start("outer", TaskKind.REQUEST);
        Task nested = nestedIn(outer, "nested");
        Hold lent = in(outer, lock::acquire);
        Hold borrowed = in(nested, lock::acquire);
        lent.close();
        assertThat(in(outer, lock::isHeldByCurrentTask)).isFalse();
        assertThat(in(nested, lock::isHeldByCurrentTask)).isTrue();
        borrowed.close();
        assertThat(lock.isIdle()).isTrue();
    }

    /** Nothing depends on where the clock began. */
    @Test
    void aDeadlineMayLookLikeNever() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        ownerOf(lock);
        Duration untilNever = Duration.ofNanos(Long.MAX_VALUE - time.nanos());
        Actor<Hold> timed =
                inOwnTask("timed", () -> lock.tryAcquire(untilNever)).awaitParkedOn(lock.lot());
        time.advance(untilNever);
        assertThat(timed.result()).isNull();
    }
}
