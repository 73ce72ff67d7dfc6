package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.task.Task;
import io.ownedlock.testing.Actor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The lock on virtual threads: compiled and run only where there are any. */
class VirtualThreadTest extends LockTesting {

    private static final int DEATHS = Storm.deaths(70_000);

    private static Thread virtual(Runnable task) {
        return Thread.ofVirtual().unstarted(task);
    }

    @Test
    void stormBreaking() {
        Storm storm = new Storm(LockSettings.DEFAULTS, VirtualThreadTest::virtual, DEATHS);
        storm.blow();
        assertThat(storm.broken())
                .as("a storm that breaks nobody tests nothing")
                .isPositive();
    }

    @Test
    void stormBreakingFair() {
        Storm storm = new Storm(LockSettings.DEFAULTS.withFair(true), VirtualThreadTest::virtual, DEATHS);
        storm.blow();
        assertThat(storm.broken()).isPositive();
    }

    @Test
    void stormHandingOver() {
        LockSettings settings = LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.HAND_OVER);
        Storm storm = new Storm(settings, VirtualThreadTest::virtual, DEATHS);
        storm.blow();
        assertThat(storm.broken()).isZero();
    }

    @Test
    void thousandsWaitWithoutACarrierAndAreAllTold() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Task owner = ownerOf(lock);
        List<Actor<Hold>> waiters = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            waiters.add(Actor.start("waiter " + i, VirtualThreadTest::virtual, lock::acquire));
        }
        Actor.awaitUntil(() -> lock.waiting() == 2_000, () -> "2000 waiters, not " + lock.waiting());
        String other =
                Actor.start("other", VirtualThreadTest::virtual, () -> "runs").result();
        assertThat(other).isEqualTo("runs");
        owner.end();
        for (Actor<Hold> waiter : waiters) {
            assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        }
    }

    @Test
    void aDeadVirtualThreadIsFound() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Actor<Hold> mortal = Actor.start("mortal", VirtualThreadTest::virtual, lock::acquire);
        mortal.result();
        Actor.awaitUntil(() -> !mortal.thread().isAlive(), () -> "death");
        assertThat(lock.tryAcquire().predecessor().reason()).isEqualTo(BreakReason.OWNER_THREAD_DIED);
    }

    @Test
    void aTaskMovesBetweenThreadsOfBothKinds() {
        TaskLock lock = newLock(LockSettings.DEFAULTS);
        Task owner = ownerOf(lock);
        Actor.start(
                        "virtual",
                        VirtualThreadTest::virtual,
                        () -> in(owner, () -> {
                            lock.acquire().close();
                            return lock.isHeldByCurrentTask();
                        }))
                .result();
        owner.end();
        assertThat(lock.snapshot().abandonment().owner().thread()).isEqualTo("virtual");
    }
}
