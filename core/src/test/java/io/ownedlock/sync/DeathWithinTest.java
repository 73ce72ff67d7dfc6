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

    /** A stack that ends within acquire and release, a little deeper inside each time, until both have room enough. */
    @Test
    void atEachDepthOfTheStack() {
        // A class that is struck while it is being initialised stays unusable: that is the JVM's, not ours.
        lock.acquire().close();
        for (int i = 0; i < 50; i++) {
            attempts = 0;
            Task task = Task.start("deep", TaskKind.REQUEST);
            Actor.run(
                            "deep",
                            () -> in(task, () -> {
                                dive();
                                return null;
                            }))
                    .result();
            assertThat(attempts).as("all but the last were struck").isGreaterThan(1);
            task.end();
            lock.acquire().close();
            assertThat(lock.isIdle()).isTrue();
        }
    }

    private int attempts;

    /** Runs to the end of the stack, and on the way back takes the lock and releases it until that goes well. */
    @SuppressWarnings("InfiniteRecursion") // the point of it
    private void dive() {
        try {
            dive();
        } catch (StackOverflowError e) {
            attempts++;
            lock.lock();
            lock.unlock();
        }
    }
}
