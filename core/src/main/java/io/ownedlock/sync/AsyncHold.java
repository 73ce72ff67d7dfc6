package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Awaiting;
import io.ownedlock.park.Waiter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A wait for a lock that no thread sits out. Who decides it rings the {@linkplain #decided alarm}, which only hands over to the
 * executor: whatever the user has chained to this future runs there, in no task and under no lock, and never inside another
 * task's {@code unlock}. If the future has been completed by then, by cancelling it for one, the lock goes on to the next.
 *
 * <p>Between the decision and its news the lock is the task's already, and its thread may take it again: so what nobody wants is
 * one grip, and the lock only if that was the last.
 */
final class AsyncHold extends CompletableFuture<Hold> implements Awaiting {

    private final Waits waits;
    private final Turn turn;
    private final Ownership ownership;
    private final Executor executor;
    private final News news;

    /** Written before it is decided. */
    private volatile @Nullable Waiter decided;

    AsyncHold(Waits waits, Turn turn, Ownership ownership, Executor executor) {
        this.waits = waits;
        this.turn = turn;
        this.ownership = ownership;
        this.executor = executor;
        this.news = new News(waits.undelivered());
    }

    /** What a user derives from this is the user's own, and does not wait for the lock. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    @Override
    public @Nullable Waiter waiter() {
        return ownership.waiter;
    }

    /** Leaves the queue when somebody else completes this: cancels it, for one. */
    @SuppressWarnings("FutureReturnValueIgnored") // leaving cannot fail
    void leaveWhenDone(Waiter waiter) {
        whenComplete((hold, failure) -> {
            if (waiter.leave()) {
                ownership.withdraw();
                turn.passOn();
                waits.tellNotAcquired(WaitOutcome.INTERRUPTED, waiter);
            }
        });
    }

    void expire(Waiter waiter, Patience patience) {
        patience.whenUp(this, () -> waits.fail(waiter, turn, () -> ownership.tooLong(patience)));
    }

    /** The alarm. */
    void decided(Waiter waiter) {
        decided = waiter;
        news.runBy(executor);
    }

    private final class News extends Undelivered.News {

        /** Why there is no hold, if so. Of who tells it. */
        private volatile @Nullable Throwable refusal;

        News(Undelivered undelivered) {
            super(undelivered);
        }

        @Override
        boolean isTold() {
            return isDone();
        }

        @Override
        void tell() {
            Throwable told = refusal;
            if (told != null) {
                completeExceptionally(told);
                return;
            }
            Waiter waiter = requireNonNull(decided);
            Hold hold;
            try {
                ownership.waiter = null;
                waits.throwIfFailed(waiter, WaitOutcome.BROKEN);
                ownership.confirm(waits.waited(waiter));
                hold = new GrantHold(ownership, Ownership.HOLD_BY_FUTURE);
            } catch (RuntimeException | Error e) {
                refusal = e;
                try {
                    ownership.decline();
                    // Whoever has failed it has perhaps not served those behind it.
                    turn.passOn();
                } finally {
                    completeExceptionally(e);
                }
                return;
            }
            if (!complete(hold) && ownership.decline()) {
                waits.tellReleased(ownership);
            }
        }
    }
}
