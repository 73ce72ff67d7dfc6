package io.ownedlock.sync;

import java.time.Instant;

/**
 * One permit of a {@link TaskSemaphore} or a {@link CapacityLimiter} that a task holds, to be closed. It is a capability:
 * whoever it was given to may close it, on any thread. It goes back once, later closes do nothing, and closing never throws.
 *
 * <p>If its task ends first, the permit goes back by itself, and closing it does nothing any more.
 */
public interface Permit extends AutoCloseable {

    /** Of which semaphore or limiter. */
    LockId lock();

    /** Since when it is held. */
    Instant since();

    /** Gives it back: to whoever has waited longest, or to the pool if nobody waits. */
    @Override
    void close();
}
