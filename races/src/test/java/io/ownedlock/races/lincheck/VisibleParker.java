package io.ownedlock.races.lincheck;

import io.ownedlock.time.Parker;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts threads to sleep in a way that the model checker sees through. It knows {@link java.util.concurrent.locks.LockSupport} as well, but
 * lets every such sleep end for no reason, as the contract allows: whoever is not woken would look again by itself, and a wake-up that
 * was lost would never show. Who waits for a monitor's notification sleeps until it comes, so that a lost wake-up leaves a thread
 * that nobody can wake, which is a deadlock.
 *
 * <p>A bounded sleep is over at once, with the time it was to take passed for everybody.
 */
final class VisibleParker implements Parker {

    private final StandingClock clock;
    private final List<Thread> permits = new ArrayList<>();

    VisibleParker(StandingClock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void park(Object blocker) {
        Thread thread = Thread.currentThread();
        try {
            while (!permits.remove(thread)) {
                wait();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
        }
    }

    @Override
    public synchronized void parkNanos(Object blocker, long nanos) {
        if (!permits.remove(Thread.currentThread())) {
            clock.pass(nanos);
        }
    }

    @Override
    public synchronized void unpark(Thread thread) {
        if (!permits.contains(thread)) {
            permits.add(thread);
            notifyAll();
        }
    }
}
