package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An error strikes inside our own code: when the task has ended, no lock is stuck and nobody is forgotten. */
class DeathWithinTest extends LockTesting {

    private final TaskLock lock = newLock(LockSettings.DEFAULTS);

    /** An error at the n-th reading of the clock, which stands for every place: it is before, between and after all steps. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void atSomeReadingOfTheClock(int n) {
        Hold hold = lock.acquire();
        AtomicInteger reads = new AtomicInteger();
        time.onRead(() -> {
            if (Thread.currentThread().getName().equals("struck") && reads.incrementAndGet() == n) {
                throw new StackOverflowError("on purpose");
            }
        });
        Task task = Task.start("struck", TaskKind.REQUEST);
        Actor<Object> struck = Actor.start("struck", () -> {
            try {
                return in(task, lock::acquire);
            } catch (StackOverflowError e) {
                return e;
            }
        });
        Actor.awaitUntil(() -> struck.isDone() || lock.waiting() == 1, () -> "the struck one to wait, or die");
        Actor<Void> behind = inOwnTask("behind", () -> {
            try {
                lock.acquire().close();
            } catch (BrokenLockException told) {
                // As good: it was told of the struck one's end.
            }
            return null;
        });
        behind.awaitParkedOn(lock.lot());
        hold.close();
        struck.result();
        task.end();
        behind.result();
        lock.acquire().close();
        assertThat(lock.isIdle()).isTrue();
    }

    /** A stack that ends at each call within acquire and release in turn. */
    @Test
    void atEachDepthOfTheStack() {
        int deepest = Actor.start("probe", () -> depthOfTheStack(0)).result();
        int struck = 0;
        for (int depth = deepest; depth > deepest - 200; depth--) {
            int calls = depth;
            Task task = Task.start("deep", TaskKind.REQUEST);
            Actor<Boolean> deep = Actor.start(
                    "deep",
                    () -> in(task, () -> {
                        try {
                            dive(calls);
                            return true;
                        } catch (StackOverflowError e) {
                            return false;
                        }
                    }));
            struck += deep.result() ? 0 : 1;
            task.end();
            lock.acquire().close();
            assertThat(lock.isIdle()).isTrue();
        }
        assertThat(struck).isPositive();
    }

    @SuppressWarnings("InfiniteRecursion") // the point of it
    private static int depthOfTheStack(int calls) {
        try {
            return depthOfTheStack(calls + 1);
        } catch (StackOverflowError e) {
            return calls;
        }
    }

    private void dive(int calls) {
        if (calls > 0) {
            dive(calls - 1);
        } else {
            lock.lock();
            lock.unlock();
        }
    }
}
