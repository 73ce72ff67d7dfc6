package io.ownedlock.testing;

import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Time and sleep in the hands of a test: the clock goes on only when told, a timed park ends only by the clock, and a test can
 * stand in between at every place where the engine reads the clock or is about to park.
 */
public final class TestTime implements Ticker, Parker {

    private static final Instant ORIGIN = Instant.parse("2030-01-01T00:00:00Z");

    // Near the overflow, since nothing may depend on the origin.
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final long origin = nanos.get();
    private final Set<Thread> timed = ConcurrentHashMap.newKeySet();

    /** What the clock said when the thread last looked: it does not sleep if time has passed since. */
    private final ThreadLocal<Long> seen = new ThreadLocal<>();

    private volatile Runnable onRead = () -> {};
    private volatile Runnable onPark = () -> {};

    /** Runs on every thread that reads the monotonic clock, before it does. */
    public void onRead(Runnable action) {
        this.onRead = action;
    }

    /** Runs on every thread that has decided to park, before it does. */
    public void onPark(Runnable action) {
        this.onPark = action;
    }

    /** Lets time pass, and wakes who was to sleep until then. */
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
        timed.forEach(LockSupport::unpark);
    }

    @Override
    public long nanos() {
        onRead.run();
        long now = nanos.get();
        seen.set(now);
        return now;
    }

    @Override
    public Instant now() {
        return ORIGIN.plusNanos(nanos.get() - origin);
    }

    @Override
    public void park(Object blocker) {
        onPark.run();
        LockSupport.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        onPark.run();
        if (nanos > 0) {
            timed.add(Thread.currentThread());
            if (Objects.equals(seen.get(), this.nanos.get())) {
                LockSupport.park(blocker);
            }
            timed.remove(Thread.currentThread());
        }
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }
}
