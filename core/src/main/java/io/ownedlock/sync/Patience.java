package io.ownedlock.sync;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a caller is willing to wait.
 *
 * @param nanos how long, {@link #FOR_EVER} for as long as it takes; it does not wait at all if this is not positive
 * @param interruptible whether it gives up when interrupted
 * @param owned whether the caller has set the time itself, and is content if it runs out: such a wait always comes to an end and is
 *     no part of a deadlock
 */
record Patience(long nanos, boolean interruptible, boolean owned) {

    static final long FOR_EVER = Long.MAX_VALUE;

    static final Patience NONE = new Patience(0, false, true);

    /** As the settings have it. */
    static Patience configured(@Nullable Duration waitAtMost, boolean interruptible) {
        return new Patience(waitAtMost == null ? FOR_EVER : nanos(waitAtMost), interruptible, false);
    }

    /** Bounded by the caller, to whom running out of time is an error. */
    static Patience demanded(Duration waitAtMost) {
        return new Patience(nanos(waitAtMost), true, false);
    }

    /** Bounded by the caller, to whom running out of time is an answer. */
    static Patience owned(long nanos) {
        return new Patience(nanos, true, true);
    }

    static Patience owned(Duration waitAtMost) {
        return owned(nanos(waitAtMost));
    }

    /** Saturating: three centuries are as good as for ever. */
    static long nanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }

    boolean waits() {
        return nanos > 0;
    }

    /**
     * Does something when the time of a future is up, unless it is complete by then; on the timer's own thread, so that it is to fail the
     * future's waiter and no more. The timer goes when the future is complete: it would keep what has long been released, and every
     * cancelled future, for as long as was ever to be waited.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // neither step can fail
    void whenUp(CompletableFuture<?> future, Runnable action) {
        if (nanos == FOR_EVER || future.isDone()) {
            return;
        }
        CompletableFuture<Boolean> timer = new CompletableFuture<>();
        timer.thenAccept(up -> {
            if (up) {
                action.run();
            }
        });
        timer.completeOnTimeout(true, nanos, TimeUnit.NANOSECONDS);
        // Not by cancelling it: on older JDKs only a value stops the clock.
        future.whenComplete((got, failure) -> timer.complete(false));
    }

    Duration time() {
        return Duration.ofNanos(nanos);
    }
}
