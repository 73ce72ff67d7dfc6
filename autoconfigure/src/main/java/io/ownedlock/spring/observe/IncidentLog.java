package io.ownedlock.spring.observe;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.Overdue;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.time.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One line in the log for each incident, a warning, however many wait: which lock, whose fault, since when, who was told, and what to
 * do; no more than so many in a minute. Carries the incident's id where there is one, which is in the waiters' errors too, also as {@code ownedlock.incident} in SLF4J's
 * MDC. That a lock was repaired is for information.
 */
public final class IncidentLog implements LockListener {

    private static final Log LOG = LogFactory.getLog(IncidentLog.class);

    private enum Kind {
        ABANDONED,
        SEALED,
        OVERDUE,
        DEADLOCK,
        RECLAIMED,
        REPAIRED
    }

    private final LineLimit limit;

    /**
     * Makes it.
     *
     * @param maxPerMinute how many lines of one kind about one lock name there may be in a minute; the next line after that says how
     *     many were left out. 0 for no line at all
     */
    public IncidentLog(int maxPerMinute) {
        this(maxPerMinute, Ticker.system());
    }

    IncidentLog(int maxPerMinute, Ticker ticker) {
        this.limit = new LineLimit(maxPerMinute, ticker);
    }

    @Override
    public void abandoned(Abandonment abandonment, int waitersTold) {
        log(
                Kind.ABANDONED,
                abandonment.lock(),
                abandonment.incident(),
                () -> "Lock " + abandonment.lock() + " was abandoned: " + abandonment.describe() + ". "
                        + (sendsWaitersAway(abandonment) ? told(waitersTold) : "")
                        + Advice.whatBecameOfTheLock(abandonment) + " " + Advice.against(abandonment.reason()));
    }

    @Override
    public void sealed(Abandonment seal, int waitersTold) {
        log(
                Kind.SEALED,
                seal.lock(),
                seal.incident(),
                () -> "Lock " + seal.lock() + " was sealed: " + seal.describe() + ". " + told(waitersTold)
                        + "It serves nobody until its owner has released it. " + Advice.against(seal.reason()));
    }

    @Override
    public void overdue(Overdue overdue) {
        StackTraceElement place = overdue.place();
        log(
                Kind.OVERDUE,
                overdue.lock(),
                null,
                () -> "Lock " + overdue.lock() + " is overdue: "
                        + overdue.owner().describe() + " has held it since "
                        + overdue.since() + ", and is at "
                        + (place == null ? "no place, with no thread inside" : place)
                        + ". " + Advice.against(BreakReason.OWNER_OVERDUE));
    }

    @Override
    public void deadlock(LockId lock, String cycle) {
        log(
                Kind.DEADLOCK,
                lock,
                null,
                () -> "Waiting for lock " + lock + " was refused, since it would never have ended: "
                        + cycle.lines().collect(Collectors.joining(" -> "))
                        + ". The last waits for the first, which was told. Take locks in one order everywhere.");
    }

    @Override
    public void reclaimed(LockId lock, TaskInfo owner, long heldNanos) {
        log(
                Kind.RECLAIMED,
                lock,
                null,
                () -> "A share of " + lock + " was reclaimed: " + owner.describe()
                        + " ended without giving it back, and had held it for "
                        + TimeUnit.NANOSECONDS.toMillis(heldNanos)
                        + " ms. It is there for the others again. " + Advice.against(BreakReason.OWNER_ENDED));
    }

    @Override
    public void repaired(LockId lock) {
        log(Kind.REPAIRED, lock, null, () -> "Lock " + lock + " was repaired, and is free again.");
    }

    /** An heir, or who waits for a lender still, is not sent away. */
    private static boolean sendsWaitersAway(Abandonment abandonment) {
        return abandonment.policy() != OnOwnerEnd.HAND_OVER && abandonment.lender() == null;
    }

    private void log(Kind kind, LockId lock, @Nullable String incident, Supplier<String> text) {
        boolean warning = kind != Kind.REPAIRED;
        if (!(warning ? LOG.isWarnEnabled() : LOG.isInfoEnabled())) {
            return;
        }
        int swallowed = limit.admit(lock.name(), kind);
        if (swallowed == LineLimit.NOT_NOW) {
            return;
        }
        String line = OneLine.of(text.get())
                + (incident == null ? "" : " Incident " + incident + ".")
                + (swallowed == 0 ? "" : " " + swallowed + " more like this were not logged.");
        IncidentContext.run(incident, () -> {
            if (warning) {
                LOG.warn(line);
            } else {
                LOG.info(line);
            }
        });
    }

    private static String told(int waitersTold) {
        return waitersTold == 1 ? "1 waiter was told. " : waitersTold + " waiters were told. ";
    }
}
