package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Awaiting;
import io.ownedlock.park.Waiter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A permit's way into a future. Who decides only asks the executor to run this, so the future is never completed inside another
 * task's {@code close()}. If it is completed already when this gets there, the permit is passed on.
 */
final class Delivery<T extends @Nullable Object> extends Undelivered.News {

    private final PermitPool pool;
    private final Claim claim;
    private final T result;
    private final Executor executor;
    private final CompletableFuture<T> future = new Order();

    /** Why there is no permit, if so. Of who runs this. */
    private volatile @Nullable RuntimeException refusal;

    /** What a user derives from this is the user's own, and does not wait for the permit. */
    private final class Order extends CompletableFuture<T> implements Awaiting {

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }

        /** A shared permit may come from anybody. */
        @Override
        public @Nullable Waiter waiter() {
            return claim.isShared() ? null : claim.waiter;
        }
    }

    private Delivery(PermitPool pool, Claim claim, T result, Executor executor) {
        super(pool.queue().undelivered());
        this.pool = pool;
        this.claim = claim;
        this.result = result;
        this.executor = executor;
    }

    /**
     * Takes a permit, now or later.
     *
     * @param result what the future gets
     */
    static <T extends @Nullable Object> CompletableFuture<T> order(
            PermitPool pool, Claim claim, T result, Patience patience, Executor executor) {
        Delivery<T> delivery = new Delivery<>(pool, claim, result, executor);
        boolean underway = false;
        try {
            delivery.order(patience);
            underway = true;
        } catch (LockNotAcquiredException told) {
            delivery.future.completeExceptionally(told);
        } finally {
            if (!underway) {
                pool.exits().drop(claim);
            }
        }
        return delivery.future;
    }

    private void order(Patience patience) {
        claim.byFuture = true;
        pool.register(claim);
        if (pool.takeFree(claim)) {
            pool.confirm(claim, 0);
            future.complete(result);
            return;
        }
        if (!patience.waits()) {
            throw pool.tooLong(patience);
        }
        Waiter waiter = pool.queue().joinAsync(claim, this::decided);
        CompletableFuture<T> unused = future.whenComplete((got, failure) -> leave(waiter));
        pool.queue().look(waiter);
        pool.queue().passOn();
        expire(waiter, patience);
    }

    /** The future is complete, perhaps by somebody who does not want it any more: then it leaves the queue. */
    private void leave(Waiter waiter) {
        if (pool.queue().remove(claim)) {
            pool.exits().drop(claim);
            pool.queue().waits.tellNotAcquired(WaitOutcome.INTERRUPTED, waiter);
        }
    }

    private void expire(Waiter waiter, Patience patience) {
        patience.whenUp(future, () -> pool.lot().fail(waiter, () -> pool.tooLong(patience)));
    }

    private void decided(Waiter waiter) {
        // It may be decided before it is known here that it has joined.
        claim.waiter = waiter;
        runBy(executor);
    }

    @Override
    boolean isTold() {
        return future.isDone();
    }

    @Override
    void tell() {
        RuntimeException told = refusal;
        if (told != null) {
            future.completeExceptionally(told);
            return;
        }
        Waiter waiter = requireNonNull(claim.waiter);
        Supplier<? extends RuntimeException> failure = waiter.failure();
        if (failure != null) {
            fail(pool.queue().waits.told(failure.get(), waiter));
            return;
        }
        try {
            pool.confirm(claim, pool.queue().waited(waiter));
        } catch (LockRefusedException e) {
            fail(e);
            return;
        }
        if (future.complete(result)) {
            return;
        }
        if (claim.isShared()) {
            pool.exits().add();
        } else {
            pool.exits().giveBack(claim);
        }
    }

    private void fail(RuntimeException told) {
        refusal = told;
        try {
            pool.exits().drop(claim);
        } finally {
            future.completeExceptionally(told);
        }
    }
}
