package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest extends LockTesting {

    private TaskLock lock = newLock(LockSettings.DEFAULTS);
    private TaskCondition condition = lock.newCondition();

    private void use(LockSettings settings) {
        lock = newLock(settings);
        condition = lock.newCondition();
    }

    /** A thread that is the first to wait for the condition, in this task, and sleeps. */
    private Actor<Void> firstIn(Task task) {
        Actor<Void> first = Actor.start(
                "first",
                () -> in(task, () -> {
                    lock.lock();
                    try {
                        condition.await();
                        return null;
                    } finally {
                        lock.unlock();
                    }
                }));
        Actor.awaitUntil(() -> condition.waiting() == 1 && owners(lock).isEmpty(), () -> "the first to wait");
        return first.awaitParked();
    }

    /** A thread that waits for the condition, in a task of its own, and tells what came of it. */
    private <T> Actor<T> waiter(String name, Callable<T> wait) {
        int before = condition.waiting();
        Actor<T> actor = inOwnTask(name, () -> {
            lock.lock();
            try {
                return wait.call();
            } finally {
                lock.unlock();
            }
        });
        Actor.awaitUntil(
                () -> (condition.waiting() > before && !isOwner(name)) || actor.isDone(), () -> name + " to wait");
        return actor;
    }

    private boolean isOwner(String name) {
        TaskInfo owner = lock.snapshot().owner();
        return owner != null && owner.name().equals(name);
    }

    private Actor<String> waiter(String name) {
        return waiter(name, () -> {
            condition.await();
            return "notified";
        });
    }

    private void signal() {
        lock.lock();
        condition.signal();
        lock.unlock();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void notifiesFirstComeFirstAndOnlyWithTheLock(boolean fair) {
        use(LockSettings.DEFAULTS.withFair(fair));
        Actor<String> first = waiter("first");
        Actor<String> second = waiter("second");
        assertThat(lock.tryLock()).as("given up by the waiters").isTrue();
        condition.signal();
        assertThat(condition.waiting()).isEqualTo(1);
        assertThat(lock.waiting()).as("moved, not woken").isEqualTo(1);
        assertThat(first.isDone()).isFalse();
        lock.unlock();
        assertThat(first.result()).isEqualTo("notified");
        assertThat(second.isDone()).isFalse();
        signal();
        assertThat(second.result()).isEqualTo("notified");
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void notifiesAll() {
        List<Actor<String>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiters.add(waiter("waiter " + i));
        }
        lock.lock();
        condition.signalAll();
        assertThat(condition.waiting()).isZero();
        assertThat(lock.waiting()).isEqualTo(5);
        lock.unlock();
        waiters.forEach(waiter -> assertThat(waiter.result()).isEqualTo("notified"));
    }

    @Test
    void givesUpEveryGripAndGetsThemBack() {
        Actor<Integer> waiter = waiter("waiter", () -> {
            try (Hold hold = lock.acquire()) {
                lock.lock();
                condition.await();
                lock.unlock();
                return lock.snapshot().count();
            }
        });
        assertThat(lock.isIdle()).as("somebody waits for a condition").isFalse();
        signal();
        assertThat(waiter.result()).isEqualTo(2);
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void isForTheOwnerOnly() {
        for (Actor.Script use : List.<Actor.Script>of(condition::await, condition::signal, condition::signalAll)) {
            assertThatExceptionOfType(IllegalMonitorStateException.class)
                    .isThrownBy(use::run)
                    .withMessageContaining("does not hold order[42]");
        }
        lock.lock();
        Task.runInTask("borrower", () -> {
            lock.lock();
            assertThatExceptionOfType(IllegalMonitorStateException.class)
                    .isThrownBy(condition::await)
                    .withMessageContaining("loan");
            lock.unlock();
            return null;
        });
        lock.unlock();
    }

    @Test
    void timeRunsOutAndTheLockIsHeldAgain() {
        Actor<Boolean> bounded = waiter("bounded", () -> condition.await(1, TimeUnit.SECONDS));
        Actor<Long> nanos = waiter("nanos", () -> condition.awaitNanos(1_000_000_000));
        Actor<Boolean> until = waiter("until", () -> {
            boolean notified = condition.awaitUntil(Date.from(time.now().plusSeconds(1)));
            assertThat(lock.isHeldByCurrentTask()).isTrue();
            return notified;
        });
        // Else the clock might go on while one has looked at it and does not sleep yet.
        List.of(bounded, nanos, until).forEach(Actor::awaitParked);
        time.advance(Duration.ofSeconds(1));
        assertThat(bounded.result()).isFalse();
        assertThat(nanos.result()).isLessThanOrEqualTo(0);
        assertThat(until.result()).isFalse();
        assertThat(condition.waiting()).isZero();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void notifiedInTime() {
        Actor<Long> waiter = waiter("waiter", () -> condition.awaitNanos(1_000));
        signal();
        assertThat(waiter.result()).isEqualTo(1_000);
    }

    @Test
    void notifiedInTimeTheySaySo() {
        List<Callable<Boolean>> waits = List.of(
                () -> condition.await(1, TimeUnit.SECONDS),
                () -> condition.awaitUntil(Date.from(time.now().plusSeconds(1))));
        for (Callable<Boolean> wait : waits) {
            Actor<Boolean> waiter = waiter("waiter", wait);
            signal();
            assertThat(waiter.result()).isTrue();
        }
    }

    @Test
    void anInterruptBeforehandComesBeforeGivingTheLockUp() {
        use(LockSettings.DEFAULTS.withFair(true));
        lock.lock();
        Actor<Void> next = inOwnTask("next", () -> {
            lock.acquire().close();
            return null;
        });
        next.awaitParkedOn(lock.lot());
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(condition::await);
        assertThat(next.isParkedOn(lock.lot())).isTrue();
        lock.unlock();
        next.result();
    }

    @Test
    void anInterruptSurfacesWithTheLockHeldAgain() {
        Actor<Boolean> waiter = waiter("waiter", () -> {
            try {
                condition.await();
                throw new AssertionError();
            } catch (InterruptedException e) {
                return lock.isHeldByCurrentTask() && !Thread.currentThread().isInterrupted();
            }
        });
        lock.lock();
        waiter.interrupt();
        Actor.awaitUntil(() -> lock.waiting() == 1, () -> "the interrupted one to line up");
        assertThat(waiter.isDone()).isFalse();
        lock.unlock();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void anInterruptAfterTheNotificationIsKeptAndTheNotificationCounts() {
        Actor<Boolean> waiter = waiter("waiter", () -> {
            condition.await();
            return Thread.interrupted();
        });
        lock.lock();
        condition.signal();
        waiter.interrupt();
        lock.unlock();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void uninterruptiblyMeansThat() {
        Actor<Boolean> waiter = waiter("waiter", () -> {
            condition.awaitUninterruptibly();
            return Thread.interrupted();
        });
        waiter.interrupt();
        Actor.awaitUntil(() -> !waiter.thread().isInterrupted(), () -> "the interrupt to be seen");
        assertThat(condition.waiting()).isEqualTo(1);
        signal();
        assertThat(waiter.result()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"BREAK", "POISON"})
    void aBreakFailsThoseWhoWaitNotifiedOrNotAndUnlockHidesNothing(OnOwnerEnd policy) {
        use(settings(policy));
        Actor<String> notified = waiter("notified");
        Actor<String> waiting = waiter("waiting");
        Actor<String> twice = waiter("twice", () -> {
            lock.lock();
            try (Hold hold = lock.acquire()) {
                condition.await();
                return "";
            } finally {
                lock.unlock();
            }
        });
        Task owner = Task.start("owner", TaskKind.REQUEST);
        in(owner, () -> {
            lock.lock();
            condition.signal();
            return null;
        });
        owner.end();
        for (Actor<String> failed : List.of(notified, waiting, twice)) {
            assertThat(failed.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("'owner'");
        }
        assertThat(events).contains("abandoned order[42] by owner, told 3");
        assertThat(condition.waiting()).isZero();
    }

    @Test
    void handingOverWakesThoseWhoWaitForNoReason() {
        use(settings(OnOwnerEnd.HAND_OVER));
        Actor<String> waiting = waiter("waiting");
        ownerOf(lock).end();
        assertThat(waiting.result()).isEqualTo("notified");
        assertThat(lock.isIdle()).as("the heir has closed it normally").isTrue();
    }

    @Test
    void whatIsOwedIsAbsorbedOnceAndNoMore() {
        Task task = Task.start("debtor", TaskKind.REQUEST);
        Actor<Void> debtor = Actor.start(
                "debtor",
                () -> in(task, () -> {
                    lock.lock();
                    lock.lock();
                    try {
                        condition.await();
                        throw new AssertionError();
                    } catch (BrokenLockException expected) {
                        lock.lock();
                        lock.unlock();
                        lock.unlock();
                        lock.unlock();
                        assertThatExceptionOfType(IllegalMonitorStateException.class)
                                .isThrownBy(lock::unlock);
                    }
                    return null;
                }));
        Actor.awaitUntil(() -> condition.waiting() == 1, () -> "the debtor to wait");
        ownerOf(lock).end();
        debtor.result();
        task.end();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void whatIsOwedTwiceIsAbsorbedTwice() {
        Task task = Task.start("debtor", TaskKind.REQUEST);
        Actor<Void> debtor = Actor.start(
                "debtor",
                () -> in(task, () -> {
                    for (int debts = 0; debts < 2; debts++) {
                        lock.lock();
                        assertThatExceptionOfType(BrokenLockException.class).isThrownBy(condition::await);
                    }
                    lock.unlock();
                    lock.unlock();
                    assertThatExceptionOfType(IllegalMonitorStateException.class)
                            .isThrownBy(lock::unlock);
                    return null;
                }));
        for (int breaks = 0; breaks < 2; breaks++) {
            Actor.awaitUntil(() -> condition.waiting() == 1, () -> "the debtor to wait");
            ownerOf(lock).end();
        }
        debtor.result();
        task.end();
        lock.acquire().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void theEndOfTheWaitingTaskFailsItsWait() {
        Task task = Task.start("ending", TaskKind.REQUEST);
        Actor<Void> waiter = firstIn(task);
        task.end();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aNotificationWhoseReceiverFailsGoesToTheNext() {
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Actor<Void> first = firstIn(ending);
        Actor<String> second = waiter("second");
        lock.lock();
        condition.signal();
        ending.end();
        assertThat(first.failure()).isInstanceOf(LockRefusedException.class);
        lock.unlock();
        assertThat(second.result()).isEqualTo("notified");
    }

    @Test
    void notifiedBetweenTheDecisionToSleepAndTheSleep() {
        Stop aboutToPark = stopAtPark("waiter");
        Actor<String> waiter = waiter("waiter");
        aboutToPark.awaitReached();
        signal();
        aboutToPark.pass();
        assertThat(waiter.result()).isEqualTo("notified");
    }

    @Test
    void aHoldClosedMeanwhileIsNotHeldAgain() {
        Task task = Task.start("owner", TaskKind.REQUEST);
        Hold[] hold = new Hold[1];
        Actor<Void> waiter = Actor.start(
                "waiter",
                () -> in(task, () -> {
                    hold[0] = lock.acquire();
                    condition.await();
                    return null;
                }));
        Actor.awaitUntil(() -> condition.waiting() == 1 && owners(lock).isEmpty(), () -> "the waiter to wait");
        hold[0].close();
        signal();
        assertThat(waiter.failure())
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("closed while its owner");
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aPredecessorStaysKnownThroughAWait() {
        ownerOf(lock).end();
        Actor<Boolean> waiter = waiter("waiter", () -> {
            condition.await();
            return lock.predecessorAbandoned();
        });
        assertThat(lock.snapshot().abandonment()).isNotNull();
        try (Hold other = lock.acquire()) {
            assertThat(other.predecessorAbandoned()).isTrue();
            condition.signal();
            other.close();
        }
        assertThat(waiter.result()).as("closed normally by another since").isFalse();
    }

    @Test
    void manyProducersAndConsumersLoseNothing() {
        TaskCondition notEmpty = condition;
        int[] stock = {0};
        List<Actor<Void>> actors = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            actors.add(Actor.run("consumer " + i, () -> {
                for (int n = 0; n < 5_000; n++) {
                    lock.lock();
                    try {
                        while (stock[0] == 0) {
                            notEmpty.await();
                        }
                        stock[0]--;
                    } finally {
                        lock.unlock();
                    }
                }
            }));
            actors.add(Actor.run("producer " + i, () -> {
                for (int n = 0; n < 5_000; n++) {
                    lock.lock();
                    try {
                        stock[0]++;
                        notEmpty.signal();
                    } finally {
                        lock.unlock();
                    }
                }
            }));
        }
        actors.forEach(Actor::result);
        assertThat(stock[0]).isZero();
        assertThat(lock.isIdle()).isTrue();
    }

    /** It holds nothing, so nobody who wants the lock would ever look at it. */
    @Test
    void aDebtorThatDiesWithoutAWordIsFoundByTheWatchdog() {
        List<Task> debtors = new ArrayList<>();
        Actor<Void> dying = Actor.run("dying", () -> {
            debtors.add(Task.current());
            lock.lock();
            assertThatExceptionOfType(BrokenLockException.class).isThrownBy(condition::await);
        });
        Actor.awaitUntil(() -> condition.waiting() == 1 && owners(lock).isEmpty(), () -> "the debtor to wait");
        ownerOf(lock).end();
        dying.result();
        Actor.awaitUntil(() -> !dying.thread().isAlive(), () -> "the debtor to die");
        lock.inspectOwners();
        assertThat(debtors).singleElement().extracting(Task::isActive).isEqualTo(false);
    }

    @Test
    void lessThanNoTimeIsNoTime() {
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            lock.lock();
            try {
                return condition.awaitNanos(Long.MIN_VALUE) <= 0;
            } finally {
                lock.unlock();
            }
        });
        assertThat(waiter.result()).isTrue();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void whoFailsWithoutANotificationNotifiesNobody() {
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Actor<Void> first = firstIn(ending);
        Actor<String> second = waiter("second");

        ending.end();
        assertThat(first.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(condition.waiting()).isOne();
        lock.lock();
        condition.signal();
        lock.unlock();
        assertThat(second.result()).isEqualTo("notified");
    }

    /** Its hold was closed by somebody else while it waited, so that it has nothing, and can tell nobody. */
    @Test
    void whatAClosedHoldInheritsIsToldToTheNext() {
        use(settings(OnOwnerEnd.HAND_OVER));
        AtomicReference<Hold> hold = new AtomicReference<>();
        Actor<Void> waiter = inOwnTask("waiter", () -> {
            hold.set(lock.acquire());
            condition.awaitUninterruptibly();
            return null;
        });
        Actor.awaitUntil(() -> condition.waiting() == 1 && owners(lock).isEmpty(), () -> "the waiter to wait");
        hold.get().close();

        ownerOf(lock).end();
        assertThat(waiter.failure()).isInstanceOf(IllegalMonitorStateException.class);
        assertThat(events).containsOnlyOnce("released order[42] after 0");
        try (Hold next = lock.acquire()) {
            assertThat(next.predecessor().owner().name()).isEqualTo("owner");
        }
        assertThat(lock.isIdle()).isTrue();
    }

    /** A seal sends those away who wait for the lock, and not those who wait to be notified: one of them may be able to go on. */
    @Test
    void aNotificationWhoseReceiverIsSentAwayGoesToTheNext() {
        Actor<String> first = waiter("first");
        Actor<String> second = waiter("second");
        lock.lock();
        condition.signal();
        lock.breakWaiters();
        assertThat(first.failure()).isInstanceOf(BrokenLockException.class);
        Actor.awaitUntil(() -> condition.waiting() == 0, () -> "the second to be notified");
        assertThat(second.failure()).isInstanceOf(BrokenLockException.class);
        lock.unlock();
        assertThat(lock.isIdle()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whomASealedOwnerNotifiesIsSentAway(boolean all) {
        Actor<String> first = waiter("first");
        Actor<String> second = waiter("second");
        lock.lock();
        lock.breakWaiters();
        if (all) {
            condition.signalAll();
        } else {
            condition.signal();
        }
        assertThat(first.failure()).isInstanceOf(BrokenLockException.class);
        assertThat(second.failure()).isInstanceOf(BrokenLockException.class);
        lock.unlock();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aHoldThatIsClosedBetweenTheGrantAndTheWakeUpIsReleasedOnce() {
        use(LockSettings.DEFAULTS.withFair(true));
        AtomicReference<Hold> hold = new AtomicReference<>();
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Void> waiter = inOwnTask("waiter", () -> {
            hold.set(lock.acquire());
            condition.awaitUninterruptibly();
            return null;
        });
        aboutToPark.awaitReached();
        lock.lock();
        condition.signal();
        lock.unlock();
        assertThat(owners(lock)).containsExactly("waiter");
        events.clear();
        hold.get().close();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(IllegalMonitorStateException.class);
        assertThat(events).containsExactly("released order[42] after 0");
    }

    /** By then the lock is free, so that nobody's release will look who is in line. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNotificationThatIsPassedOnWhenTheLockIsFreeWakesTheNext(boolean fair) {
        use(LockSettings.DEFAULTS.withFair(fair));
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Actor<Void> first = firstIn(ending);
        Actor<String> second = waiter("second");
        Stop failed = new Stop();
        lock.lock();
        condition.signal();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("first") && !ending.isActive()) {
                failed.here();
            }
        });
        ending.end();
        failed.awaitReached();
        lock.unlock();
        failed.pass();
        assertThat(first.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(second.result()).isEqualTo("notified");
    }

    @Test
    void aNotificationOfWhoseHoldWasClosedGoesToTheNext() {
        AtomicReference<Hold> hold = new AtomicReference<>();
        Actor<Void> first = inOwnTask("first", () -> {
            hold.set(lock.acquire());
            condition.awaitUninterruptibly();
            return null;
        });
        Actor.awaitUntil(() -> condition.waiting() == 1 && owners(lock).isEmpty(), () -> "the first to wait");
        Actor<String> second = waiter("second");
        hold.get().close();
        signal();
        assertThat(first.failure()).isInstanceOf(IllegalMonitorStateException.class);
        assertThat(second.result()).isEqualTo("notified");
    }

    /** A nested task may signal before its outer one has given the lock up for its wait: that one waits for nothing yet. */
    @Test
    void whoHasTheLockStillIsNotNotified() {
        LockCell cell = new LockCell(lock.id(), LockSettings.DEFAULTS, environment());
        TaskCondition own = new TaskCondition(cell, time);
        in(Task.start("owner", TaskKind.REQUEST), () -> {
            Grant grant = cell.take(Grant.LOCK, Patience.NONE);
            own.join(grant);
            own.signal();
            assertThat(own.waiting()).isOne();
            assertThat(grant.lender).isNull();
            return null;
        });
    }

    /** An error has kept it from sleeping, and it has told nobody. */
    @Test
    void whoWasStruckBeforeItSleptWaitsOnce() {
        LockCell cell = new LockCell(lock.id(), LockSettings.DEFAULTS, environment());
        TaskCondition own = new TaskCondition(cell, time);
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Actor<Void> waiter = Actor.start(
                "waiter",
                () -> in(owner, () -> {
                    Grant grant = cell.take(Grant.LOCK, Patience.NONE);
                    own.join(grant);
                    own.awaitUninterruptibly();
                    grant.giveBack(Grant.LOCK);
                    return null;
                }));
        Actor.awaitUntil(() -> own.waiting() > 0 && cell.state() instanceof Cell.Free, () -> "the waiter to wait");
        assertThat(own.waiting()).isOne();
        in(Task.start("other", TaskKind.REQUEST), () -> {
            Grant grant = cell.take(Grant.LOCK, Patience.NONE);
            own.signal();
            grant.giveBack(Grant.LOCK);
            return null;
        });
        waiter.result();
    }
}
