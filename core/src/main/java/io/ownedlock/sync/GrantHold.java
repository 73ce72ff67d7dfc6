package io.ownedlock.sync;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A hold of a grant that counts for one until it is closed. */
final class GrantHold implements Hold {

    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(GrantHold.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Grant grant;

    @SuppressWarnings("unused") // read and written through CLOSED
    private volatile boolean closed;

    GrantHold(Grant grant) {
        this.grant = grant;
    }

    @Override
    public LockId lock() {
        return grant.lock().id();
    }

    @Override
    public Instant since() {
        return grant.since();
    }

    @Override
    public long fencingToken() {
        return grant.token();
    }

    @Override
    public @Nullable Abandonment predecessor() {
        return grant.predecessor();
    }

    @Override
    public void close() {
        if (CLOSED.compareAndSet(this, false, true)) {
            grant.giveBack(Grant.HOLD);
        }
    }
}
