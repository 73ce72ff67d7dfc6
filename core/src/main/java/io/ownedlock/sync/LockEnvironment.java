package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Gate;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What locks get from outside.
 *
 * @param ticker tells the time
 * @param parker puts threads to sleep
 * @param gate is told of waits that might never end
 * @param executor completes futures, on threads that are in no task
 * @param listeners hear what happens
 * @param shutdown whether anybody may still wait
 * @param keeper hears of each primitive that has changed for good though nobody owns any of it, after that is to be seen, so that it is
 *     not forgotten with the last reference to it; must neither block nor throw
 */
public record LockEnvironment(
        Ticker ticker,
        Parker parker,
        Gate gate,
        Executor executor,
        List<LockListener> listeners,
        Shutdown shutdown,
        Consumer<? super LockId> keeper) {

    /** Copies the list. */
    public LockEnvironment {
        requireNonNull(ticker, "ticker");
        requireNonNull(parker, "parker");
        requireNonNull(gate, "gate");
        requireNonNull(executor, "executor");
        listeners = List.copyOf(listeners);
        requireNonNull(shutdown, "shutdown");
        requireNonNull(keeper, "keeper");
    }

    /** One whose primitives somebody else keeps. */
    public LockEnvironment(
            Ticker ticker,
            Parker parker,
            Gate gate,
            Executor executor,
            List<LockListener> listeners,
            Shutdown shutdown) {
        this(ticker, parker, gate, executor, listeners, shutdown, kept -> {});
    }

    /** One that no shutdown comes to. */
    public LockEnvironment(Ticker ticker, Parker parker, Gate gate, Executor executor, List<LockListener> listeners) {
        this(ticker, parker, gate, executor, listeners, new Shutdown());
    }

    /** All listeners as one that never throws; {@code null} if there is none, since telling nobody should cost nothing. */
    @Nullable LockListener audience() {
        return listeners.isEmpty() ? null : new Listeners(listeners);
    }
}
