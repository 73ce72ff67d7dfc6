package io.ownedlock.park;

import org.jspecify.annotations.Nullable;

/** A future that waits in a queue: what somebody must know who looks for cycles of waiting, if a task waits for that future. */
public interface Awaiting {

    /** Its place; {@code null} if it has none, or nobody knows who could end its wait. It may be out of its queue again. */
    @Nullable Waiter waiter();
}
