package io.ownedlock.sync;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Holding;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.time.Ticker;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How threads and futures wait in one lot: from having joined it to exactly one outcome, which is told. */
final class Waits {

    private final LockId id;
    private final ParkingLot lot;
    private final Ticker ticker;
    private final Gate gate;
    private final Executor executor;
    private final @Nullable LockListener listener;
    private final Shutdown shutdown;
    private final Undelivered undelivered = new Undelivered();

    Waits(LockId id, ParkingLot lot, LockEnvironment environment) {
        this.id = id;
        this.lot = lot;
        this.ticker = environment.ticker();
        this.gate = environment.gate();
        this.executor = environment.executor();
        this.listener = environment.audience();
        this.shutdown = environment.shutdown();
    }

    /**
     * Waits on the calling thread, which has joined the lot.
     *
     * @return whether the waiter has got what it waits for; {@code false} if time ran out
     * @throws InterruptedException only if the patience is interruptible
     * @throws RuntimeException what the waiter was failed with
     */
    boolean await(Waiter waiter, Turn turn, Patience patience) throws InterruptedException {
        WaitOutcome outcome = null;
        boolean edge = !patience.owned();
        try {
            if (edge) {
                gate.entered(waiter);
            }
            outcome = outcome(waiter, turn, patience);
        } finally {
            try {
                if (outcome != WaitOutcome.GRANTED) {
                    lot.remove(waiter);
                    turn.passOn();
                }
            } finally {
                if (edge) {
                    gate.left(waiter);
                }
            }
        }
        if (outcome == WaitOutcome.GRANTED) {
            return true;
        }
        throwIfFailed(waiter, outcome);
        if (outcome == WaitOutcome.INTERRUPTED) {
            throw new InterruptedException();
        }
        return false;
    }

    /**
     * Waits on no thread, for what a task is to own; its intent is the task's hook already.
     *
     * @param ahead whether before all those who did not join ahead
     */
    CompletableFuture<Hold> awaitAsync(Ownership ownership, boolean ahead, Turn turn, Patience patience) {
        AsyncHold future = new AsyncHold(this, turn, ownership, executor);
        ownership.sendFor();
        Waiter waiter = lot.joinAsync(ownership.owner(), ownership, ahead, future::decided);
        ownership.waiter = waiter;
        // Pairs with the fence of the task's end: either the end finds this waiter, or its look finds the end.
        VarHandle.fullFence();
        future.leaveWhenDone(waiter);
        if (listener != null) {
            listener.contended(id);
        }
        // It joined without looking: what has become of the lock since is for it to find out.
        while (lot.contains(waiter) && turn.look(waiter)) {}
        turn.passOn();
        future.expire(waiter, patience);
        return future;
    }

    Undelivered undelivered() {
        return undelivered;
    }

    /** Looks at those who wait, or are to be told, and whom an error has kept somebody from telling. For a watchdog. */
    void inspect(Turn turn) {
        lot.inspectWaiters();
        for (Waiter waiter : lot.waiters()) {
            if (!waiter.task().isActive() && turn.look(waiter)) {
                turn.passOn();
            }
        }
        undelivered.tell();
    }

    /**
     * Fails a waiter, if nobody else has decided; whoever waited behind it may get on.
     *
     * @return whether nobody else had
     */
    boolean fail(Waiter waiter, Turn turn, Supplier<? extends RuntimeException> failure) {
        boolean failed = lot.fail(waiter, failure);
        if (failed) {
            turn.passOn();
        }
        return failed;
    }

    /**
     * Ends the waiting of one task, by its thread and by futures, since somebody in charge said so.
     *
     * @return whether it was waiting
     */
    boolean cancel(long taskId, Turn turn) {
        boolean waited = false;
        for (Waiter waiter : lot.waiters()) {
            if (waiter.task().id() == taskId) {
                waited |= fail(waiter, turn, () -> new LockRefusedException(id, "an operator has ended this wait."));
            }
        }
        return waited;
    }

    /** Whether nobody may wait any more. */
    boolean isOver() {
        return shutdown.hasBegun();
    }

    /** Fails a waiter of this lot or a sibling, since nobody may wait any more. */
    boolean turnAway(Waiter waiter, Supplier<? extends List<? extends Holding>> holders) {
        return lot.fail(
                waiter,
                () -> new LockRefusedException(
                        id,
                        "the application is shutting down, and nobody may wait any more" + held(holders.get())
                                + ". Try again when it is back, or with another instance of it."));
    }

    /** What somebody throws who has found the line full. */
    LockRefusedException noRoom(int maxWaiters, List<? extends Holding> holders) {
        LockRefusedException refusal = new LockRefusedException(
                id,
                "as many as may wait are waiting, " + maxWaiters + held(holders)
                        + ". Try again later, or let more wait (max-waiters).");
        return Listeners.told(listener, id, refusal, 0);
    }

    private static String held(List<? extends Holding> holders) {
        return holders.isEmpty()
                ? ""
                : ", and " + holders.get(0).owner() + " holds it since "
                        + holders.get(0).since();
    }

    /** How long it has waited. */
    long waited(Waiter waiter) {
        return ticker.nanos() - waiter.sinceNanos();
    }

    /** Tells the listeners of what was got, and nobody wanted. */
    void tellReleased(Ownership ownership) {
        if (listener != null) {
            listener.released(id, ticker.nanos() - ownership.sinceNanos);
        }
    }

    /** Tells the listeners that a waiter has not got what it waited for, and throws what it was failed with. */
    void throwIfFailed(Waiter waiter, WaitOutcome outcome) {
        Supplier<? extends RuntimeException> failure = waiter.failure();
        if (failure != null) {
            throw told(failure.get(), waiter);
        }
        if (!waiter.isGranted()) {
            tellNotAcquired(outcome, waiter);
        }
    }

    /** Tells the listeners what a waiter is told instead of getting what it waited for, and returns it. */
    RuntimeException told(RuntimeException failure, Waiter waiter) {
        return Listeners.told(listener, id, failure, waited(waiter));
    }

    /** Tells the listeners of a waiter that has left. */
    void tellNotAcquired(WaitOutcome outcome, Waiter waiter) {
        if (listener != null) {
            listener.notAcquired(id, outcome, waited(waiter));
        }
    }

    private WaitOutcome outcome(Waiter waiter, Turn turn, Patience patience) {
        long deadline = waiter.deadline(patience.nanos());
        boolean interrupted = false;
        try {
            for (; ; ) {
                if (waiter.isGranted() || turn.claim(waiter)) {
                    return WaitOutcome.GRANTED;
                }
                long now = ticker.nanos();
                if (waiter.failure() != null) {
                    return WaitOutcome.BROKEN;
                }
                if (turn.look(waiter)) {
                    continue;
                }
                if (interrupted && patience.interruptible()) {
                    if (lot.remove(waiter)) {
                        interrupted = false;
                        return WaitOutcome.INTERRUPTED;
                    }
                } else if (deadline != Patience.FOR_EVER && now - deadline >= 0) {
                    if (lot.remove(waiter)) {
                        return WaitOutcome.TIMED_OUT;
                    }
                } else {
                    lot.park(deadline);
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
