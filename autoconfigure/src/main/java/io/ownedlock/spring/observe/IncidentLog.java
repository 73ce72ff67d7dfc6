package io.ownedlock.spring.observe;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.Overdue;
import java.util.regex.Pattern;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * One line in the log for each incident, a warning: which lock, whose fault, since when, who was told, and what to do. Carries the
 * incident's id, which is in the waiters' errors too.
 */
public final class IncidentLog implements LockListener {

    private static final Log LOG = LogFactory.getLog(IncidentLog.class);

    /** Keys and task names may come from outside, and could pretend to be lines of their own. */
    private static final Pattern LINE_BREAKERS = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]");

    @Override
    public void abandoned(Abandonment abandonment, int waitersTold) {
        if (LOG.isWarnEnabled()) {
            warn(line(abandonment, waitersTold));
        }
    }

    @Override
    public void sealed(Abandonment seal, int waitersTold) {
        if (LOG.isWarnEnabled()) {
            warn("Lock " + seal.lock() + " was sealed: " + seal.describe() + ". " + told(waitersTold)
                    + "It serves nobody until its owner has released it. See what that thread is doing. Incident "
                    + seal.incident());
        }
    }

    @Override
    public void overdue(Overdue overdue) {
        if (LOG.isWarnEnabled()) {
            warn("Lock " + overdue.lock() + " is overdue: " + overdue.owner().describe() + " has held it since "
                    + overdue.since() + ", and is at "
                    + (overdue.stack().isEmpty()
                            ? "no place, with no thread inside"
                            : overdue.stack().get(0)));
        }
    }

    private static void warn(String line) {
        LOG.warn(LINE_BREAKERS.matcher(line).replaceAll("_"));
    }

    private static String told(int waitersTold) {
        return waitersTold == 1 ? "1 waiter was told. " : waitersTold + " waiters were told. ";
    }

    private static String line(Abandonment abandonment, int waitersTold) {
        return "Lock " + abandonment.lock() + " was abandoned: " + abandonment.describe() + ". "
                + told(waitersTold)
                + (abandonment.policy() == OnOwnerEnd.POISON
                        ? "It stays poisoned: check what it protects, then call TaskLock.repair(). "
                        : "It is free again, and its next owner can see this in Hold.predecessor(). ")
                + (abandonment.reason() == BreakReason.OWNER_THREAD_DIED
                        ? "Find out why that thread ended, and close the hold in a finally. "
                        : "Find where that task takes the lock, and close the hold in a finally. ")
                + "Incident " + abandonment.incident();
    }
}
