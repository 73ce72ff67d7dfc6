package io.ownedlock.sync;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One task's grip on one lock, to be closed. A hold is a capability with the identity of its grant: whoever it was given to may
 * close it, on any thread. It closes once, later closes do nothing, and it can never free what was granted to somebody else
 * since. Closing never throws, so it never hides an exception on its way.
 *
 * <p><b>When the owner ends</b> before the hold is closed, the lock goes the way its policy says, and closing the hold does nothing any
 * more. While the owner waits for a condition the lock is not held; closing its last hold then gives the lock up, and the wait
 * ends with an {@link IllegalMonitorStateException}.
 */
public interface Hold extends AutoCloseable {

    /** Which lock. */
    LockId lock();

    /** Since when the owner holds the lock. */
    Instant since();

    /**
     * A number that grows with every grant of this lock object. It does not outlive that object: it starts again when the registry has
     * evicted the lock, and when the JVM restarts. A nested task that borrows the lock gets a higher one than its lender, which goes on
     * with its own after that; and the number changes when the owner has waited for a condition. So it orders the grants within one
     * JVM, and is no fence for an external store.
     */
    long fencingToken();

    /**
     * The owner that ended and left the lock to this one, {@code null} in the normal case. What the lock protects may be half
     * done then. Known to every hold of the owner that got the lock so; closing the last of them says that all is well again, and of
     * a read/write pair only closing the write side does.
     */
    @Nullable Abandonment predecessor();

    /** Whether there is a {@link #predecessor()}: the last owner ended and still held the lock. */
    default boolean predecessorAbandoned() {
        return predecessor() != null;
    }

    /** Gives the lock back, if this was the owner's last grip on it. */
    @Override
    void close();
}
