package io.ownedlock.sync;

import com.sun.management.ThreadMXBean;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.FullHeap;
import java.lang.management.ManagementFactory;
import java.util.concurrent.ThreadLocalRandom;

/** What {@link OutOfMemoryTest} starts: a JVM in which the memory ends within each operation, a little later in it each time. */
final class MemoryStrikes {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** As small as objects are. */
    private static final int GRAIN = 16;

    /** So many strikes at each operation; each object that it makes, if there are none. */
    private static final int STRIKES = Integer.getInteger("memory.strikes", 0);

    private static final long A_WHILE_MILLIS = 2_000;

    private MemoryStrikes() {}

    /**
     * Strikes at all operations.
     *
     * @param args with what the names of the operations begin
     */
    public static void main(String[] args) {
        int strikes = 0;
        int failures = 0;
        for (Mishap.Maker maker : Mishap.all()) {
            String name = maker.make().toString();
            if (!name.startsWith(args[0])) {
                continue;
            }
            try {
                strikes += everywhere(maker);
            } catch (Throwable e) {
                failures++;
                System.out.println(name);
                e.printStackTrace(System.out);
            }
        }
        System.out.println(strikes + " times the memory ended");
        System.exit(failures == 0 && strikes > 0 ? 0 : 1);
    }

    private static int everywhere(Mishap.Maker maker) throws InterruptedException {
        int need = 0;
        for (int i = 0; i < 3; i++) {
            need = rehearse(maker.make());
        }
        int step = STRIKES == 0 ? GRAIN : Math.max(GRAIN, need / STRIKES / GRAIN * GRAIN);
        int strikes = 0;
        int bytes = ThreadLocalRandom.current().nextInt(step / GRAIN) * GRAIN;
        for (; bytes < need; bytes += step) {
            strikes += strike(maker.make(), bytes) ? 1 : 0;
        }
        return strikes;
    }

    /**
     * Does it with all the memory there is: a class that is struck while it is being initialised stays unusable, which is the JVM's.
     *
     * @return how much it takes
     */
    private static int rehearse(Mishap mishap) {
        int need = Actor.start(
                        "struck",
                        () -> Mishap.in(mishap.struck, () -> {
                            mishap.prepare();
                            long before = THREADS.getCurrentThreadAllocatedBytes();
                            try {
                                mishap.operate();
                            } catch (LockNotAcquiredException told) {
                                // As it should be.
                            }
                            return (int) (THREADS.getCurrentThreadAllocatedBytes() - before);
                        }))
                .result();
        mishap.check();
        return need;
    }

    /**
     * Does it with so much memory.
     *
     * @return whether the caller was struck; it may be somebody else, or nobody be told
     */
    private static boolean strike(Mishap mishap, int bytes) throws InterruptedException {
        Actor<Boolean> actor = Actor.start("struck", () -> Mishap.in(mishap.struck, () -> operate(mishap, bytes)));
        // Not the actor's own way to be waited for: that takes memory, which there may be none of by now.
        actor.thread().join(A_WHILE_MILLIS);
        FullHeap.free();
        try {
            // Whoever was struck with the lock in hand, and has died of it, is found by the watchdog.
            mishap.until(actor::isDone, "the one that was struck to finish");
            boolean struck = actor.result();
            Actor.awaitUntil(() -> !actor.thread().isAlive(), () -> "the thread to die");
            mishap.check();
            return struck;
        } catch (AssertionError e) {
            throw new AssertionError(mishap + " had " + bytes + " bytes", e);
        }
    }

    private static boolean operate(Mishap mishap, int bytes) throws Exception {
        mishap.prepare();
        try {
            FullHeap.leave(bytes);
            mishap.operate();
            return false;
        } catch (LockNotAcquiredException told) {
            return false;
        } catch (OutOfMemoryError struck) {
            return true;
        } finally {
            FullHeap.free();
        }
    }
}
