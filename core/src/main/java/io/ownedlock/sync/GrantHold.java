package io.ownedlock.sync;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A hold of an ownership that counts for one until it is closed. */
final class GrantHold implements Hold {

    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(GrantHold.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Ownership ownership;
    private final long grip;

    @SuppressWarnings("unused") // read and written through CLOSED
    private volatile boolean closed;

    GrantHold(Ownership ownership, long grip) {
        this.ownership = ownership;
        this.grip = grip;
    }

    @Override
    public LockId lock() {
        return ownership.lockId();
    }

    @Override
    public Instant since() {
        return ownership.since();
    }

    @Override
    public long fencingToken() {
        return ownership.token();
    }

    @Override
    public @Nullable Abandonment predecessor() {
        return ownership.predecessor();
    }

    @Override
    public void close() {
        if (!CLOSED.compareAndSet(this, false, true)) {
            return;
        }
        boolean last;
        boolean counted = false;
        try {
            last = ownership.takeOff(grip);
            counted = true;
        } finally {
            if (!counted) {
                // The stack ended in between. Whoever closes it again, further up, is to find it open.
                closed = false;
            }
        }
        if (last) {
            ownership.release();
        }
    }
}
