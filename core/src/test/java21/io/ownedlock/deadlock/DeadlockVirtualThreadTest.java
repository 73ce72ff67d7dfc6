package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import io.ownedlock.testing.Actor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cycles of tasks on virtual threads and on platform threads: compiled and run only where there are both. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DeadlockVirtualThreadTest extends DeadlockTesting {

    private static <T> Actor<T> on(boolean virtual, Task task, Callable<T> action) {
        Callable<T> script = () -> in(task, action);
        return virtual
                ? Actor.start(task.name(), run -> Thread.ofVirtual().unstarted(run), script)
                : Actor.start(task.name(), script);
    }

    @ParameterizedTest
    @CsvSource({"false, true", "true, false", "true, true"})
    void twoLocksTakenInOppositeOrder(boolean firstIsVirtual, boolean secondIsVirtual) {
        in(first, a::acquire);
        Hold held = in(second, b::acquire);
        Actor<Hold> survivor = awaitWaiting(on(firstIsVirtual, first, b::acquire), b);
        assertThat(on(secondIsVirtual, second, a::acquire).failure())
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("(thread first)")
                .hasMessageContaining("(thread second)");
        assertThat(isWaiting(survivor, b)).isTrue();
        held.close();
        survivor.result();
    }

    /** Each has taken its lock on a thread of one kind, and wants the other on a thread of the other. */
    @Test
    void tasksThatHaveMovedBetweenThreadsOfBothKinds() {
        on(true, first, a::acquire).result();
        Hold held = on(false, second, b::acquire).result();
        Actor<Hold> survivor = awaitWaiting(on(false, first, b::acquire), b);
        assertThat(on(true, second, a::acquire).failure()).isInstanceOf(DeadlockException.class);
        held.close();
        survivor.result();
    }

    @Test
    void aVirtualThreadThatWaitsForItsFuture() {
        in(second, b::acquire);
        Actor<Void> joining = on(true, first, () -> {
            try (Hold ignored = a.acquire()) {
                CompletableFuture<Hold> future = b.acquireAsync();
                try (Joining join = registry.joining(future)) {
                    future.join().close();
                }
            }
            return null;
        });
        Actor.awaitUntil(() -> KnownWaits.of(first) != null, () -> "the declaration");
        assertThat(on(false, second, a::acquire).failure()).isInstanceOf(DeadlockException.class);
        second.end();
        assertThat(joining.failure()).hasRootCauseInstanceOf(io.ownedlock.sync.BrokenLockException.class);
    }

    /** Whoever comes last closes it, and nobody else is told. */
    @Test
    void aLongRingOfBothKinds() {
        int size = 200;
        List<TaskLock> locks = new ArrayList<>();
        List<Task> ring = new ArrayList<>();
        List<Hold> holds = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            TaskLock lock = registry.obtain("ring", i);
            locks.add(lock);
            ring.add(task("task" + i));
            holds.add(in(ring.get(i), lock::acquire));
        }
        List<Actor<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < size - 1; i++) {
            TaskLock next = locks.get(i + 1);
            Hold mine = holds.get(i);
            waiters.add(awaitWaiting(
                    on(i % 2 == 0, ring.get(i), () -> {
                        next.acquire().close();
                        mine.close();
                        return null;
                    }),
                    next));
        }
        assertThat(on(true, ring.get(size - 1), locks.get(0)::acquire).failure())
                .isInstanceOfSatisfying(
                        DeadlockException.class,
                        refused -> assertThat(refused.cycle().lines()).hasSize(size));
        holds.get(size - 1).close();
        waiters.forEach(Actor::result);
    }
}
