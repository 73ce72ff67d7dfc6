package io.ownedlock.registry;

import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockKind;
import io.ownedlock.sync.Primitive;
import java.util.function.Function;

/**
 * What somebody asks a registry for.
 *
 * @param type the primitive's class
 * @param kind the same for people
 * @param size how many permits or tokens it is made with; 0 for locks
 * @param maker makes one; called under an internal lock, so that it is made once, and must do nothing else
 */
record Blueprint<P extends Primitive>(Class<P> type, LockKind kind, long size, Function<LockId, P> maker) {

    /** The primitive that is there, if it is what this asks for. */
    P match(Primitive found, Blueprint<?> madeFrom) {
        if (!type.isInstance(found)) {
            throw new IllegalStateException(
                    found.id() + " is a " + label(madeFrom) + ", and cannot be obtained as a " + label(this));
        }
        if (size != madeFrom.size) {
            throw new IllegalStateException(found.id() + " was made with " + madeFrom.size + " "
                    + (kind == LockKind.LIMITER ? "tokens" : "permits") + ", and cannot be obtained with " + size);
        }
        return type.cast(found);
    }

    private static String label(Blueprint<?> of) {
        return switch (of.kind) {
            case LOCK -> "lock";
            case READ_WRITE -> "read/write lock";
            case SEMAPHORE -> "semaphore";
            case LIMITER -> "limiter";
        };
    }
}
