package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.spring.Eventually;
import io.ownedlock.spring.TestTicker;
import io.ownedlock.time.Ticker;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LineLimitTest {

    private enum Kind {
        ONE,
        OTHER
    }

    private final TestTicker time = new TestTicker();
    private final LineLimit limit = new LineLimit(2, time);

    @Test
    void soManyAreLetThroughInAMinuteThatBeginsWithTheFirst() {
        assertThat(limit.admit("order", Kind.ONE)).isZero();
        time.advance(Duration.ofSeconds(59));
        assertThat(limit.admit("order", Kind.ONE)).isZero();
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
        time.advance(Duration.ofMillis(999));
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
        time.advance(Duration.ofMillis(1));
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(2);
        assertThat(limit.admit("order", Kind.ONE)).as("said once").isZero();
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
    }

    @Test
    void eachNameAndEachKindHasALimitOfItsOwn() {
        for (int i = 0; i < 3; i++) {
            limit.admit("order", Kind.ONE);
        }
        assertThat(limit.admit("order", Kind.OTHER)).isZero();
        assertThat(limit.admit("ledger", Kind.ONE)).isZero();
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
    }

    @Test
    void zeroIsNoLineAtAll() {
        LineLimit none = new LineLimit(0, time);
        for (int i = 0; i < 3; i++) {
            assertThat(none.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
            time.advance(Duration.ofMinutes(2));
        }
    }

    /** The first is stopped where it has looked at the time, and the second comes a minute later. */
    @Test
    void twoAtATimeAreCountedOneAfterTheOther() throws Exception {
        Stopping stopping = new Stopping();
        LineLimit one = new LineLimit(1, stopping);
        assertThat(one.admit("order", Kind.ONE)).isZero();
        FutureTask<Integer> first = new FutureTask<>(() -> one.admit("order", Kind.ONE));
        FutureTask<Integer> second = new FutureTask<>(() -> one.admit("order", Kind.ONE));
        Thread firstThread = new Thread(first, "first");
        Thread secondThread = new Thread(second, "second");
        stopping.victim = firstThread;
        firstThread.start();
        stopping.stopped.await();
        time.advance(Duration.ofMinutes(1));
        secondThread.start();
        Eventually.until(
                "the second waits for the first, or has overtaken it",
                () -> second.isDone() || isBlockedBy(firstThread, secondThread));
        stopping.goOn.countDown();
        assertThat(first.get()).isEqualTo(LineLimit.NOT_NOW);
        assertThat(second.get()).as("the first is the one that was swallowed").isEqualTo(1);
    }

    private static boolean isBlockedBy(Thread owner, Thread waiter) {
        ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(waiter.getId());
        return info != null && info.getLockOwnerId() == owner.getId();
    }

    private final class Stopping implements Ticker {

        final CountDownLatch stopped = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        volatile @Nullable Thread victim;

        @Override
        public long nanos() {
            long now = time.nanos();
            if (Thread.currentThread() == victim) {
                stopped.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return now;
        }

        @Override
        public Instant now() {
            return time.now();
        }
    }
}
