package io.ownedlock.park;

import io.ownedlock.task.Task;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One task's ownership of a resource, or of a part of it; never the same object again once it was given up. */
public interface Holding {

    /** Whose it is. */
    Task owner();

    /** Since when, for people; {@code null} if nobody has written it down. */
    default @Nullable Instant since() {
        return null;
    }

    /**
     * Whether a future has brought it, so that it is given back by whatever was chained to that future, even if the owner's thread is
     * stopped.
     */
    default boolean isByFuture() {
        return false;
    }
}
