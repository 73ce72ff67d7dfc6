package io.ownedlock.sync;

import io.ownedlock.park.Awaiting;
import io.ownedlock.park.Waiter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A wait for a lock that no thread sits out. Who decides it rings the {@linkplain #decided alarm}, which only hands over to the
 * executor: whatever the user has chained to this future runs there, in no task and under no lock, and never inside another
 * task's {@code unlock}. If the future has been completed by then, by cancelling it for one, the lock goes on to the next.
 */
final class AsyncHold extends CompletableFuture<Hold> implements Awaiting {

    private final LockQueue queue;
    private final Grant grant;
    private final Executor executor;

    AsyncHold(LockQueue queue, Grant grant, Executor executor) {
        this.queue = queue;
        this.grant = grant;
        this.executor = executor;
    }

    /** What a user derives from this is the user's own, and does not wait for the lock. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    @Override
    public @Nullable Waiter waiter() {
        return grant.waiter;
    }

    /** Leaves the queue when somebody else completes this: cancels it, for one. */
    @SuppressWarnings("FutureReturnValueIgnored") // leaving cannot fail
    void leaveWhenDone(Waiter waiter) {
        whenComplete((hold, failure) -> {
            if (queue.lot().remove(waiter)) {
                grant.lock().withdraw(grant);
                queue.passOn();
            }
        });
    }

    void expire(Waiter waiter, Patience patience) {
        if (patience.nanos() != Patience.FOR_EVER && !isDone()) {
            // A timer that is left behind keeps this future, and no longer than the time it was set for.
            delayedExecutor(patience.nanos(), TimeUnit.NANOSECONDS, executor)
                    .execute(() -> queue.lot().fail(waiter, () -> grant.lock().tooLong(patience)));
        }
    }

    /** The alarm. */
    void decided(Waiter waiter) {
        try {
            executor.execute(() -> settle(waiter));
        } catch (RejectedExecutionException shuttingDown) {
            // Better here than never.
            settle(waiter);
        }
    }

    private void settle(Waiter waiter) {
        Hold hold;
        try {
            hold = queue.settle(grant, waiter);
        } catch (RuntimeException e) {
            completeExceptionally(e);
            return;
        }
        if (!complete(hold)) {
            hold.close();
        }
    }
}
