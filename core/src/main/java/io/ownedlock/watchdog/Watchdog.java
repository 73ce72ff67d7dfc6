package io.ownedlock.watchdog;

import static java.util.Objects.requireNonNull;

import io.ownedlock.task.SafeLog;
import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.List;

/**
 * Runs its {@linkplain Guard guards} once a {@linkplain #run() round}, whatever any of them throws. Whoever owns the schedule
 * calls {@code run} again and again: no thread of its own is started here.
 */
public final class Watchdog implements Runnable {

    private static final SafeLog LOG = new SafeLog(Watchdog.class);

    private final Ticker ticker;
    private final List<Guard> guards;
    private volatile long lastRoundNanos;

    /** Makes a watchdog whose first round is due now. */
    public Watchdog(Ticker ticker, List<? extends Guard> guards) {
        this.ticker = requireNonNull(ticker, "ticker");
        this.guards = List.copyOf(guards);
        this.lastRoundNanos = ticker.nanos();
    }

    /** One round: every guard once, in order. Never throws. */
    @Override
    public void run() {
        for (Guard guard : guards) {
            try {
                guard.inspect();
            } catch (RuntimeException | Error e) {
                LOG.warn(() -> "Guard " + guard + " failed; the watchdog goes on", e);
            }
        }
        lastRoundNanos = ticker.nanos();
    }

    /** How long ago the last round was finished; before the first one, how long ago the watchdog was made. */
    public Duration sinceLastRound() {
        return Duration.ofNanos(ticker.nanos() - lastRoundNanos);
    }
}
