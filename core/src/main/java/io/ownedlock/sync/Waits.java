package io.ownedlock.sync;

import io.ownedlock.park.Gate;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.time.Ticker;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How threads wait in one lot: from having joined it to exactly one outcome, which is told. */
final class Waits {

    private final LockId id;
    private final ParkingLot lot;
    private final Ticker ticker;
    private final Gate gate;
    private final @Nullable LockListener listener;

    Waits(LockId id, ParkingLot lot, LockEnvironment environment) {
        this.id = id;
        this.lot = lot;
        this.ticker = environment.ticker();
        this.gate = environment.gate();
        this.listener = environment.audience();
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

    /** Tells the listeners that a waiter has not got what it waited for, and throws what it was failed with. */
    void throwIfFailed(Waiter waiter, WaitOutcome outcome) {
        Supplier<? extends RuntimeException> failure = waiter.failure();
        RuntimeException told = failure == null ? null : failure.get();
        if (listener != null && !waiter.isGranted()) {
            listener.notAcquired(
                    id, told == null ? outcome : WaitOutcome.of(told), ticker.nanos() - waiter.sinceNanos());
        }
        if (told != null) {
            throw told;
        }
    }

    private WaitOutcome outcome(Waiter waiter, Turn turn, Patience patience) {
        long deadline = patience.deadline(waiter.sinceNanos());
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
