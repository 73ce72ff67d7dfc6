package io.ownedlock.spring.observe;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.OnOwnerEnd;
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
            LOG.warn(LINE_BREAKERS.matcher(line(abandonment, waitersTold)).replaceAll("_"));
        }
    }

    private static String line(Abandonment abandonment, int waitersTold) {
        return "Lock " + abandonment.lock() + " was abandoned: " + abandonment.describe() + ". "
                + (waitersTold == 1 ? "1 waiter was told. " : waitersTold + " waiters were told. ")
                + (abandonment.policy() == OnOwnerEnd.POISON
                        ? "It stays poisoned: check what it protects, then call TaskLock.repair(). "
                        : "It is free again, and its next owner can see this in Hold.predecessor(). ")
                + (abandonment.reason() == BreakReason.OWNER_THREAD_DIED
                        ? "Find out why that thread ended, and close the hold in a finally. "
                        : "Find where that task takes the lock, and close the hold in a finally. ")
                + "Incident " + abandonment.incident();
    }
}
