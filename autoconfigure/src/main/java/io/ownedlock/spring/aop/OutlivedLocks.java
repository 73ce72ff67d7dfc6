package io.ownedlock.spring.aop;

import io.ownedlock.spring.aop.LockedMethod.Wanted;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.log.LogMessage;

/** Warns of locks that are given back before the transaction around them is committed: once for each method. */
final class OutlivedLocks {

    private static final Log LOG = LogFactory.getLog(OwnedLockAdvisor.class);

    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    void warn(String method, List<Wanted> wanted) {
        if (!warned.contains(method) && !areHeld(wanted) && warned.add(method)) {
            LOG.warn(LogMessage.format(
                    "@OwnedLock on %s is called within a transaction, which goes on when the lock has been given back: until it"
                            + " is committed, the next owner does not see what was written. Take the lock outside of the"
                            + " transaction, or say release = AFTER_COMPLETION. All is well if the method has a transaction of"
                            + " its own (REQUIRES_NEW). This is logged once for this method.",
                    method));
        }
    }

    private static boolean areHeld(List<Wanted> wanted) {
        return wanted.stream().allMatch(one -> one.lock().isHeldForCurrentTask());
    }
}
