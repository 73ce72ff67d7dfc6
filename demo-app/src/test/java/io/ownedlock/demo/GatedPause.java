package io.ownedlock.demo;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Work that is done when the test says so, whatever time it was given; work of no time at all does not wait. */
public class GatedPause implements Pause {

    private final Semaphore done = new Semaphore(0);

    @Override
    public void of(Duration duration) {
        if (duration.isZero()) {
            return;
        }
        try {
            if (!done.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The test never let this work be done");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends one piece of work. */
    public void done() {
        done.release();
    }
}
