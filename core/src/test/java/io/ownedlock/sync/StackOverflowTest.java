package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.testing.Actor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The stack ends inside an operation, a little deeper in it each time, until there is room enough for all of it. The long form,
 * with {@code deaths.rounds}, does so again and again, since compiled code has other frames.
 */
class StackOverflowTest {

    private static final int ROUNDS = Integer.getInteger("deaths.rounds", 1);

    /** Every frame in the long form, and some of them, others each time, in the short one. */
    private static final int STEP = Integer.getInteger("deaths.rounds") == null ? 5 : 1;

    /** So many passes in a row, and it will pass from there on. */
    private static final int ENOUGH = 5;

    @TestFactory
    Stream<DynamicTest> atEachDepth() {
        return Mishap.all().stream()
                .map(maker -> DynamicTest.dynamicTest(maker.make().toString(), () -> atEachDepth(maker)));
    }

    private static void atEachDepth(Mishap.Maker maker) throws Exception {
        // A class that is struck while it is being initialised stays unusable, and so does a lambda: that is the
        // JVM's.
        for (int i = 0; i < 3; i++) {
            strike(maker.make(), Integer.MAX_VALUE);
        }
        int strikes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int passed = 0;
            for (int up = ThreadLocalRandom.current().nextInt(STEP); passed < ENOUGH; up += STEP) {
                boolean hit = strike(maker.make(), up);
                passed = hit ? 0 : passed + 1;
                strikes += hit ? 1 : 0;
            }
        }
        assertThat(strikes).isPositive();
        AtomicBoolean others = new AtomicBoolean();
        ForkJoinPool.commonPool().execute(() -> others.set(true));
        Actor.awaitUntil(others::get, () -> "the pool that all of the JVM shares to work still, after " + maker.make());
        if (Integer.getInteger("deaths.rounds") != null) {
            System.out.printf("%s: struck %,d times, nothing stuck%n", maker.make(), strikes);
        }
    }

    /**
     * Does it so many frames above the end of the stack.
     *
     * @return whether it was struck
     */
    private static boolean strike(Mishap mishap, int up) {
        Diver diver = new Diver(mishap, up);
        Thread[] thread = new Thread[1];
        Actor<Boolean> actor = Actor.start(
                "struck",
                script -> {
                    thread[0] = new Thread(null, script, "struck", 256 * 1024);
                    thread[0].setDaemon(true);
                    return thread[0];
                },
                diver::run);
        boolean hit = actor.result();
        Actor.awaitUntil(() -> !actor.thread().isAlive(), () -> "the thread to die");
        try {
            mishap.check();
        } catch (AssertionError e) {
            throw new AssertionError(mishap + " was struck " + up + " frames above the end, at " + diver.where, e);
        }
        return hit;
    }

    /** Goes down to the end of the stack, comes back up a little, and does it there. */
    private static final class Diver {

        private final Mishap mishap;
        private final int up;
        private boolean there;
        private String where = "no place";

        Diver(Mishap mishap, int up) {
            this.mishap = mishap;
            this.up = up;
        }

        boolean run() throws Exception {
            try {
                return live();
            } catch (IllegalStateException | IllegalMonitorStateException e) {
                // It was struck as it was to leave a task, and cannot leave the one beneath in order now, or as it
                // waited for a condition, and has not got the lock that it unlocks now. It dies in
                // both.
                if (there) {
                    return true;
                }
                throw e;
            }
        }

        private boolean live() throws Exception {
            return Mishap.in(mishap.struck, () -> {
                mishap.prepare();
                try {
                    if (up == Integer.MAX_VALUE) {
                        mishap.operate();
                    } else {
                        dive();
                    }
                    return false;
                } catch (LockNotAcquiredException told) {
                    return false;
                } catch (StackOverflowError e) {
                    StackTraceElement[] trace = e.getStackTrace();
                    StringBuilder text = new StringBuilder();
                    for (int i = 0;
                            i < trace.length && !trace[i].getMethodName().equals("operate");
                            i++) {
                        text.append("\n    ").append(trace[i]);
                    }
                    where = text.toString();
                    return true;
                }
            });
        }

        @SuppressWarnings("InfiniteRecursion") // the point of it
        private int dive() throws Exception {
            int depth;
            try {
                depth = dive();
            } catch (StackOverflowError e) {
                if (there) {
                    throw e;
                }
                depth = 0;
            }
            if (depth == up) {
                there = true;
                mishap.operate();
            }
            return depth + 1;
        }
    }
}
