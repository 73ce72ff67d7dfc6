package io.ownedlock.races.jcstress;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Waiter;
import io.ownedlock.time.Parker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts threads to sleep as the JVM does, and knows how far the one waiter of a state has got: whether it went at once, queued, or
 * slept. Nobody sleeps for ever here: who is not woken for {@link #LONG} is lost, which the outcome says, and goes on, so that one
 * lost wake-up is one forbidden sample, and not a run that hangs. Who would sleep again after that fails.
 */
final class Sleep implements Parker, Gate {

    /** Far longer than any sleep of a race that goes well, on the busiest machine. */
    private static final long LONG = TimeUnit.SECONDS.toNanos(8);

    /** Set with the first that is lost. The run has failed then, and may end soon. */
    private static volatile boolean failed;

    private volatile boolean queued;
    private volatile boolean slept;
    private volatile boolean lost;

    /** {@code AT_ONCE}, {@code QUEUED} if it stood in line but did not need to sleep, {@code SLEPT}, or {@code LOST}. */
    String depth() {
        return lost ? "LOST" : slept ? "SLEPT" : queued ? "QUEUED" : "AT_ONCE";
    }

    boolean isLost() {
        return lost;
    }

    @Override
    public void entered(Waiter waiter) {
        queued = true;
    }

    @Override
    public void park(Object blocker) {
        slept = true;
        if (lost) {
            throw new IllegalStateException(
                    "Woken though nobody did so, it has found nothing to do but to sleep again");
        }
        long patience = failed ? LONG / 100 : LONG;
        long before = System.nanoTime();
        LockSupport.parkNanos(blocker, patience);
        if (System.nanoTime() - before >= patience) {
            lost = true;
            failed = true;
        }
    }

    /** The waits that run out here are shorter than the system's timers can tell, so they are passed awake. */
    @Override
    public void parkNanos(Object blocker, long nanos) {
        slept = true;
        Thread.onSpinWait();
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }
}
