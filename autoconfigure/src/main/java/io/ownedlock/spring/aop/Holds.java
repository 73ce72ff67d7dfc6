package io.ownedlock.spring.aop;

import static java.util.Objects.requireNonNull;

import io.ownedlock.spring.aop.LockedMethod.Wanted;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.HoldableLock;
import io.ownedlock.sync.LockNotAcquiredException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** The holds of one call, all or none. Anybody may close them, on any thread. */
final class Holds implements AutoCloseable {

    private final List<Wanted> wanted;
    private final @Nullable Hold[] taken;

    private Holds(List<Wanted> wanted) {
        this.wanted = wanted;
        this.taken = new Hold[wanted.size()];
    }

    /**
     * Takes all of them, in this order.
     *
     * @return {@code null} if one of them is held, and the call is to be skipped then
     * @throws LockNotAcquiredException if one is not got; those before it are given back
     */
    static @Nullable Holds acquire(List<Wanted> wanted) {
        Holds holds = new Holds(wanted);
        boolean complete = false;
        try {
            complete = holds.acquireAll();
        } finally {
            if (!complete) {
                holds.close();
            }
        }
        return complete ? holds : null;
    }

    private boolean acquireAll() {
        for (int i = 0; i < taken.length; i++) {
            taken[i] = wanted.get(i).operation().acquire(wanted.get(i).lock());
            if (taken[i] == null) {
                return false;
            }
        }
        return true;
    }

    /** Calls the method, which may ask for these holds. */
    @Nullable Object proceed(MethodInvocation invocation) throws Throwable {
        CurrentHold current = CurrentHold.enter(this);
        try {
            return invocation.proceed();
        } finally {
            CurrentHold.leave(current);
        }
    }

    /** The one that was taken last. */
    Hold last() {
        return requireNonNull(taken[taken.length - 1]);
    }

    /** The one of a name that was taken last; {@code null} if there is none. */
    @Nullable Hold last(String name) {
        for (int i = taken.length - 1; i >= 0; i--) {
            Hold hold = taken[i];
            if (hold != null && hold.lock().name().equals(name)) {
                return hold;
            }
        }
        return null;
    }

    /**
     * The thread of the task goes on, and something else will close these. Whoever looks for deadlocks must know that this task may
     * wait and its locks be given back all the same, as it is with what a future has brought. A lock that cannot be taken twice
     * stays what it is.
     */
    void leaveToFuture() {
        for (int i = 0; i < taken.length; i++) {
            Hold kept = again(wanted.get(i).lock());
            if (kept != null) {
                requireNonNull(taken[i]).close();
                taken[i] = kept;
            }
        }
    }

    private static @Nullable Hold again(HoldableLock lock) {
        try {
            CompletableFuture<Hold> future = lock.acquireAsync();
            Hold hold = future.getNow(null);
            if (hold == null) {
                future.cancel(false);
            }
            return hold;
        } catch (LockNotAcquiredException | IllegalMonitorStateException e) {
            return null;
        }
    }

    /** In reverse. */
    @Override
    public void close() {
        for (int i = taken.length - 1; i >= 0; i--) {
            Hold hold = taken[i];
            if (hold != null) {
                hold.close();
            }
        }
    }
}
