package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Awaiting;
import io.ownedlock.park.Waiter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A permit's way into a future. Who decides only asks the executor to run this, so the future is never completed inside another
 * task's {@code close()}. If it is completed already when this gets there, the permit is passed on.
 */
final class Delivery<T extends @Nullable Object> implements Runnable {

    private final PermitPool pool;
    private final Claim claim;
    private final T result;
    private final Executor executor;
    private final CompletableFuture<T> future = new Order();
    private final AtomicBoolean started = new AtomicBoolean();

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
            PermitPool pool, Claim claim, T result, Executor executor) {
        Delivery<T> delivery = new Delivery<>(pool, claim, result, executor);
        boolean underway = false;
        try {
            delivery.order();
            underway = true;
        } catch (LockRefusedException refused) {
            delivery.future.completeExceptionally(refused);
        } finally {
            if (!underway) {
                pool.drop(claim);
            }
        }
        return delivery.future;
    }

    private void order() {
        pool.register(claim);
        if (pool.takeFree(claim)) {
            pool.confirm(claim, 0);
            future.complete(result);
            return;
        }
        Waiter waiter = pool.join(claim, pool.lot().joinAsync(claim.asker(), claim, false, decided -> dispatch()));
        CompletableFuture<T> unused = future.whenComplete((got, failure) -> pool.leave(claim, waiter));
        pool.look(waiter);
        pool.passOn();
    }

    private void dispatch() {
        try {
            executor.execute(this);
        } catch (RejectedExecutionException e) {
            // The permit must not be lost with an executor that is shut down; whoever ordered it will want to give it
            // back.
            ForkJoinPool.commonPool().execute(this);
        }
    }

    @Override
    public void run() {
        if (!started.compareAndSet(false, true)) {
            return;
        }
        Waiter waiter = requireNonNull(claim.waiter);
        Supplier<? extends RuntimeException> failure = waiter.failure();
        if (failure != null) {
            fail(waiter, failure.get());
            return;
        }
        try {
            pool.confirm(claim, pool.waited(waiter));
        } catch (LockRefusedException e) {
            fail(waiter, e);
            return;
        }
        if (future.complete(result)) {
            return;
        }
        if (claim.isShared()) {
            pool.add();
        } else {
            pool.giveBack(claim);
        }
    }

    private void fail(Waiter waiter, RuntimeException told) {
        pool.drop(claim);
        pool.tellNotAcquired(WaitOutcome.REFUSED, waiter);
        future.completeExceptionally(told);
    }
}
