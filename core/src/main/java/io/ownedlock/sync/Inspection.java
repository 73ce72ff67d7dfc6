package io.ownedlock.sync;

import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the watchdog looks after in one lock, round by round: whether the owner is gone, and if it is not, whether it holds the
 * lock for too long, or does not leave although its task was told to end. For one thread at a time.
 */
final class Inspection {

    private final LockCell cell;
    private final Ticker ticker;
    private final @Nullable LockListener listener;

    /** The grant that the fields below are about. */
    private @Nullable Grant known;

    private boolean overdueTold;
    private @Nullable Long endingSince;

    Inspection(LockCell cell, LockEnvironment environment) {
        this.cell = cell;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
    }

    void run() {
        if (!(cell.state() instanceof Grant held)) {
            known = null;
            return;
        }
        if (cell.breaking().abandonIfOwnerIsGone(held)) {
            return;
        }
        if (held != known) {
            known = held;
            overdueTold = false;
            endingSince = null;
        }
        long now = ticker.nanos();
        lookForOverdue(held, now);
        lookForStuck(held, now);
    }

    private void lookForOverdue(Grant held, long now) {
        Duration holdAtMost = cell.settings().holdAtMost();
        if (holdAtMost == null || overdueTold || now - held.sinceNanos < Patience.nanos(holdAtMost)) {
            return;
        }
        overdueTold = true;
        if (listener != null) {
            List<StackTraceElement> stack = List.of(held.owner().stackTrace());
            listener.overdue(new Overdue(cell.id(), held.owner().info(), held.since(), stack));
        }
        if (cell.settings().onOverdue() == OnOverdue.BREAK_WAITERS) {
            cell.breaking().seal(held, BreakReason.OWNER_OVERDUE);
        }
    }

    /** The grace runs from the first round that sees the task ending. */
    private void lookForStuck(Grant held, long now) {
        if (held.owner().isActive()) {
            return;
        }
        if (endingSince == null) {
            endingSince = now;
        }
        if (now - endingSince >= Patience.nanos(cell.settings().endingGrace())) {
            cell.breaking().seal(held, BreakReason.OWNER_STUCK);
        }
    }
}
