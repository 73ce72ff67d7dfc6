package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an interrupt counts for, where something else is to be told as well. */
class InterruptTest extends LockTesting {

    private final TaskLock lock = newLock(LockSettings.DEFAULTS);

    @AfterEach
    void leaveTheThreadAsItWas() {
        Thread.interrupted();
    }

    private static void assertInterrupted(Class<? extends Throwable> told, ThrowingCallable attempt) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(attempt).isInstanceOf(told);
    }

    private static void assertKept() {
        assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    }

    @Test
    void whatIsNotInterruptibleTakesAFreeLockAndKeepsTheInterrupt() {
        Thread.currentThread().interrupt();
        assertThat(lock.tryLock()).isTrue();
        lock.lock();
        assertThat(lock.tryAcquire()).isNotNull();
        assertThat(lock.snapshot().count()).isEqualTo(3);
        assertKept();
    }

    @Test
    void anInterruptBeforehandComesBeforeAPoisonedLock() {
        TaskLock poisoned = newLock(settings(OnOwnerEnd.POISON));
        ownerOf(poisoned).end();
        assertInterrupted(InterruptedException.class, poisoned::lockInterruptibly);
        assertInterrupted(InterruptedException.class, () -> poisoned.tryLock(1, TimeUnit.DAYS));
        assertInterrupted(LockInterruptedException.class, poisoned::acquire);
        assertKept();
        assertInterrupted(LockInterruptedException.class, () -> poisoned.tryAcquire(Duration.ofDays(1)));
        assertKept();
        assertThat(poisoned.snapshot().state()).isEqualTo(LockState.POISONED);
    }

    @Test
    void anInterruptBeforehandComesBeforeAFreeSideOfAPair() {
        TaskReadWriteLock pair =
                TaskReadWriteLock.create(new LockId("pair", null), LockSettings.DEFAULTS, environment());
        for (ReadWriteSide side : List.of(pair.readLock(), pair.writeLock())) {
            assertInterrupted(InterruptedException.class, side::lockInterruptibly);
            assertInterrupted(LockInterruptedException.class, side::acquire);
            assertKept();
            assertThat(pair.isIdle()).isTrue();
            Thread.currentThread().interrupt();
            assertThat(side.tryLock()).as("not interruptible").isTrue();
            assertKept();
            side.unlock();
        }
    }

    @Test
    void whatIsNotInterruptibleIsToldOfAPoisonedLockAndKeepsTheInterrupt() {
        TaskLock poisoned = newLock(settings(OnOwnerEnd.POISON));
        ownerOf(poisoned).end();
        assertInterrupted(BrokenLockException.class, poisoned::lock);
        assertKept();
        assertInterrupted(BrokenLockException.class, poisoned::tryLock);
        assertKept();
        assertInterrupted(BrokenLockException.class, poisoned::tryAcquire);
        assertKept();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ownerAndWaiterBothInterruptedLeaveNothingBehind(boolean theWaiterFirst) {
        CountDownLatch never = new CountDownLatch(1);
        Actor<Void> owner = inOwnTask("owner", () -> {
            try (Hold hold = lock.acquire()) {
                never.await();
            }
            return null;
        });
        Actor.awaitUntil(() -> lock.snapshot().owner() != null, () -> "the owner");
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Void> waiter = inOwnTask("waiter", () -> {
            try (Hold hold = lock.acquire()) {
                never.await();
            }
            return null;
        });
        aboutToPark.awaitReached();
        waiter.interrupt();
        if (theWaiterFirst) {
            aboutToPark.pass();
            assertThat(waiter.failure()).isInstanceOf(LockInterruptedException.class);
            owner.interrupt();
            assertThat(owner.failure()).isInstanceOf(InterruptedException.class);
        } else {
            owner.interrupt();
            assertThat(owner.failure()).isInstanceOf(InterruptedException.class);
            aboutToPark.pass();
            assertThat(waiter.failure()).as("it got the lock first").isInstanceOf(InterruptedException.class);
        }
        assertThat(lock.snapshot().owner()).isNull();
        assertThat(lock.waiting()).isZero();
        assertThat(lock.isIdle()).isTrue();
    }
}
