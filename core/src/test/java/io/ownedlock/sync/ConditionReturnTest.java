package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way back to the lock of who has waited for a condition, and what may happen on it. */
class ConditionReturnTest extends LockTesting {

    private TaskLock lock = newLock(LockSettings.DEFAULTS);
    private TaskCondition condition = lock.newCondition();
    private final List<String> order = new ArrayList<>();

    private void use(LockSettings settings) {
        lock = newLock(settings);
        condition = lock.newCondition();
    }

    /** A thread that waits for a condition, in a task of its own, and tells what came of it. */
    private <T> Actor<T> waiter(String name, TaskCondition where, Callable<T> wait) {
        int before = where.waiting();
        Actor<T> actor = inOwnTask(name, () -> {
            lock.lock();
            try {
                return wait.call();
            } finally {
                lock.unlock();
            }
        });
        Actor.awaitUntil(() -> where.waiting() > before, () -> name + " to wait");
        return actor;
    }

    /** One that writes its name down when it has the lock back. */
    private Actor<Boolean> orderly(String name, TaskCondition where) {
        return waiter(name, where, () -> {
            where.await();
            order.add(name);
            return Thread.interrupted();
        });
    }

    /** One that is told that the lock is broken, and says whether it is interrupted then. */
    private Actor<Boolean> broken(Callable<?> wait) {
        return waiter("waiter", condition, () -> {
            assertThatThrownBy(wait::call)
                    .isInstanceOf(BrokenLockException.class)
                    .hasMessageContaining("'owner'");
            assertThat(lock.isHeldByCurrentTask()).isFalse();
            return Thread.interrupted();
        });
    }

    private static Void await(TaskCondition where) throws InterruptedException {
        where.await();
        return null;
    }

    private List<String> inLine() {
        return waiting(lock);
    }

    private static void interruptAndLetItBeSeen(Actor<?> waiter, ParkingLot parkedOn) {
        waiter.interrupt();
        Actor.awaitUntil(() -> !waiter.thread().isInterrupted(), () -> "the interrupt to be seen");
        waiter.awaitParkedOn(parkedOn);
    }

    /** Whoever is notified sleeps on; once woken, it sleeps as those do who wait for the lock. */
    private void wakeForNoReason(Actor<?> notified) {
        LockSupport.unpark(notified.thread());
        notified.awaitParkedOn(lock.lot());
    }

    @Test
    void twoConditionsOfALockShareItAndKeepTheirWaitersApart() {
        TaskCondition other = lock.newCondition();
        Actor<Boolean> here = orderly("here", condition);
        Actor<Boolean> there = orderly("there", other);
        assertThat(condition.waiting()).isEqualTo(1);
        assertThat(other.waiting()).isEqualTo(1);
        lock.lock();
        other.signalAll();
        assertThat(inLine()).containsExactly("there");
        condition.signal();
        assertThat(inLine()).containsExactly("there", "here");
        lock.unlock();
        there.result();
        here.result();
        assertThat(order).containsExactly("there", "here");
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void inAFairLockWhoWasNotifiedIsTheOwnerBeforeItIsAwake() {
        use(LockSettings.DEFAULTS.withFair(true));
        Stop asleep = stopAtPark("first");
        Actor<Boolean> first = orderly("first", condition);
        asleep.awaitReached();
        Actor<Boolean> second = orderly("second", condition);
        lock.lock();
        condition.signalAll();
        lock.unlock();
        assertThat(lock.snapshot().owner().name()).isEqualTo("first");
        assertThat(inLine()).containsExactly("second");
        assertThat(lock.tryLock()).isFalse();
        asleep.pass();
        first.result();
        second.result();
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void otherwiseWhoWasNotifiedIsWokenAndCompetes() {
        Stop asleep = stopAtPark("waiter");
        Actor<Boolean> waiter = orderly("waiter", condition);
        asleep.awaitReached();
        lock.lock();
        condition.signal();
        lock.unlock();
        assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
        assertThat(lock.tryLock()).isTrue();
        assertThat(inLine()).containsExactly("waiter");
        lock.unlock();
        asleep.pass();
        waiter.result();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void notifiedAndThenInterruptedItKeepsItsPlaceInLine(boolean fair) {
        use(LockSettings.DEFAULTS.withFair(fair));
        Actor<Boolean> first = orderly("first", condition);
        Actor<Boolean> second = orderly("second", condition);
        Actor<Boolean> notNotified = orderly("not notified", condition);
        lock.lock();
        condition.signal();
        condition.signal();
        Actor<Void> third = inOwnTask("third", () -> {
            try (Hold hold = lock.acquire()) {
                order.add("third");
            }
            return null;
        });
        third.awaitParkedOn(lock.lot());
        interruptAndLetItBeSeen(first, lock.lot());
        wakeForNoReason(second);
        interruptAndLetItBeSeen(second, lock.lot());
        assertThat(inLine()).containsExactly("first", "second", "third");
        lock.unlock();
        assertThat(first.result()).as("the interrupt is kept").isTrue();
        assertThat(second.result()).as("the interrupt is kept").isTrue();
        third.result();
        assertThat(order).containsExactly("first", "second", "third");
        assertThat(condition.waiting()).as("nobody else was notified instead").isEqualTo(1);
        lock.lock();
        condition.signal();
        lock.unlock();
        notNotified.result();
    }

    @ParameterizedTest
    @EnumSource(names = {"BREAK", "POISON"})
    void interruptedAndThenBrokenIsBrokenAndKeepsTheInterrupt(OnOwnerEnd policy) {
        use(settings(policy));
        Actor<Boolean> waiter = broken(() -> await(condition));
        Task owner = ownerOf(lock);
        interruptAndLetItBeSeen(waiter, lock.lot());
        owner.end();
        assertThat(waiter.result()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"BREAK", "POISON"})
    void notifiedAndInterruptedAndThenBrokenIsBrokenAndKeepsTheInterrupt(OnOwnerEnd policy) {
        use(settings(policy));
        Actor<Boolean> waiter = broken(() -> await(condition));
        Task owner = ownerOf(lock);
        in(owner, () -> {
            condition.signal();
            return null;
        });
        wakeForNoReason(waiter);
        interruptAndLetItBeSeen(waiter, lock.lot());
        owner.end();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void outOfTimeAndThenBrokenIsBroken() {
        Actor<Boolean> waiter =
                broken(() -> condition.await(1, TimeUnit.SECONDS)).awaitParked();
        Task owner = ownerOf(lock);
        time.advance(Duration.ofSeconds(1));
        waiter.awaitParkedOn(lock.lot());
        owner.end();
        assertThat(waiter.result()).as("nobody interrupted it").isFalse();
    }

    @Test
    void interruptedAndThenToldToEndIsRefusedAndKeepsTheInterrupt() {
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Actor<Boolean> waiter = Actor.start(
                "waiter",
                () -> in(ending, () -> {
                    lock.lock();
                    assertThatThrownBy(condition::await).isInstanceOf(LockRefusedException.class);
                    lock.unlock();
                    return Thread.interrupted();
                }));
        Actor.awaitUntil(() -> condition.waiting() == 1, () -> "the waiter to wait");
        Task owner = ownerOf(lock);
        interruptAndLetItBeSeen(waiter, lock.lot());
        ending.end();
        assertThat(waiter.result()).isTrue();
        assertThat(lock.snapshot().owner().id()).isEqualTo(owner.id());
    }

    @Test
    void interruptedAndClosedByAnotherIsNotHeldAndKeepsTheInterrupt() {
        Hold[] hold = new Hold[1];
        Actor<Boolean> waiter = inOwnTask("waiter", () -> {
            hold[0] = lock.acquire();
            assertThatThrownBy(condition::await).isInstanceOf(IllegalMonitorStateException.class);
            return Thread.interrupted();
        });
        Actor.awaitUntil(() -> condition.waiting() == 1, () -> "the waiter to wait");
        lock.lock();
        interruptAndLetItBeSeen(waiter, lock.lot());
        hold[0].close();
        lock.unlock();
        assertThat(waiter.result()).isTrue();
        assertThat(lock.isIdle()).isTrue();
    }
}
