package io.ownedlock.sync;

import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the watchdog looks after in one lock, round by round: whether an owner is gone, and if it is not, whether it holds the
 * lock for too long, does not leave although its task was told to end, or has let go and was struck down before it had left. For one thread at a time.
 */
final class Inspection<O extends Ownership> {

    /** What is known of one owner from the rounds before. */
    private static final class Findings {

        /** Another one after its owner has waited for a condition: then it has the lock anew. */
        private final long sinceNanos;

        private boolean overdueTold;
        private boolean closed;

        /** The grace runs from the first round that sees the task ending. */
        private @Nullable Long endingSince;

        Findings(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    private final LockId id;
    private final LockSettings settings;
    private final Ticker ticker;
    private final @Nullable LockListener listener;
    private final Predicate<O> abandonIfGone;
    private final OwnershipLine<O> line;

    /** Of those inside. */
    private Map<O, Findings> findings = Map.of();

    /**
     * Makes an inspection.
     *
     * @param abandonIfGone gives up what an owner holds that is gone without a word; tells whether it was
     * @param line who waits for them
     */
    Inspection(
            LockId id,
            LockSettings settings,
            LockEnvironment environment,
            Predicate<O> abandonIfGone,
            OwnershipLine<O> line) {
        this.id = id;
        this.settings = settings;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
        this.abandonIfGone = abandonIfGone;
        this.line = line;
    }

    void run() {
        Map<O, Findings> known = findings;
        List<O> held = line.inside();
        findings = held.isEmpty() ? Map.of() : new HashMap<>();
        // All of them first, so that an error at one of them does not lose what is known of the others.
        for (O ownership : held) {
            Findings found = known.get(ownership);
            boolean anew = found == null || found.sinceNanos != ownership.sinceNanos;
            findings.put(ownership, anew ? new Findings(ownership.sinceNanos) : found);
        }
        for (O ownership : held) {
            Findings found = findings.get(ownership);
            if (found != null && !abandonIfGone.test(ownership)) {
                if (ownership.isOpen()) {
                    long now = ticker.nanos();
                    lookForOverdue(ownership, found, now);
                    lookForStuck(ownership, found, now);
                } else {
                    lookForStruck(ownership, found);
                }
            }
        }
    }

    /** Who lets go leaves at once, or when its borrower does. If it is here for a second round, an error may have kept it from that. */
    private void lookForStruck(O closed, Findings found) {
        if (found.closed) {
            closed.withdraw();
        }
        found.closed = true;
    }

    private void lookForOverdue(O held, Findings found, long now) {
        Duration holdAtMost = settings.holdAtMost();
        if (holdAtMost == null || now - held.sinceNanos < Patience.nanos(holdAtMost)) {
            return;
        }
        if (listener != null && !found.overdueTold) {
            List<StackTraceElement> stack = List.of(held.owner().stackTrace());
            listener.overdue(new Overdue(id, held.owner().info(), held.since(), stack));
        }
        found.overdueTold = true;
        if (held.seal == null && settings.onOverdue() == OnOverdue.BREAK_WAITERS) {
            line.seal(List.of(held), BreakReason.OWNER_OVERDUE);
        }
    }

    private void lookForStuck(O held, Findings found, long now) {
        if (held.owner().isActive()) {
            return;
        }
        if (found.endingSince == null) {
            found.endingSince = now;
        }
        if (now - found.endingSince >= Patience.nanos(settings.endingGrace())) {
            line.seal(List.of(held), BreakReason.OWNER_STUCK);
        }
    }
}
