package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Since when a lock is held, for people. */
class SinceTest extends LockTesting {

    private final TaskLock lock = newLock(LockSettings.DEFAULTS);

    @Test
    void allReportsOfOneHoldSayTheSameThoughTheClocksDrift() {
        try (Hold hold = lock.acquire()) {
            Instant since = hold.since();
            assertThat(since).isEqualTo(time.now());
            time.onRead(() -> time.advance(Duration.ofMillis(5)));
            assertThat(hold.since()).isEqualTo(since);
            assertThat(lock.snapshot().holds().get(0).since()).isEqualTo(since);
        }
    }

    @Test
    void afterAWaitForAConditionItIsHeldSinceThen() {
        TaskCondition condition = lock.newCondition();
        Actor<Instant> waiter = inOwnTask("waiter", () -> {
            try (Hold hold = lock.acquire()) {
                Instant before = hold.since();
                condition.await();
                assertThat(hold.since()).isAfter(before);
                return hold.since();
            }
        });
        Actor.awaitUntil(() -> condition.waiting() == 1, () -> "the waiter to wait");
        time.advance(Duration.ofSeconds(10));
        lock.lock();
        condition.signal();
        lock.unlock();
        assertThat(waiter.result()).isEqualTo(time.now());
    }
}
