package io.ownedlock.spring.observe;

import io.ownedlock.spring.LockEvent.Operated;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Tells who did what about a lock, and why: in a line of the log, as an event of the application, and as one of Boot's audit events,
 * which are kept where there is a repository for them. These have the lock's id in place of its key, since not everybody who may read
 * them may see keys.
 */
final class Journal {

    private static final Log LOG = LogFactory.getLog(Journal.class);

    private static final String AUDIT_TYPE = "OWNED_LOCK_OPERATED";

    private final ApplicationEventPublisher publisher;
    private final @Nullable LockEvents events;

    /**
     * Makes it.
     *
     * @param events {@code null} if there are to be no events of locks
     */
    Journal(ApplicationEventPublisher publisher, @Nullable LockEvents events) {
        this.publisher = publisher;
        this.events = events;
    }

    void write(Operated done, String lockId) {
        String operation = done.operation().name().toLowerCase(Locale.ROOT).replace('_', '-');
        LOG.info(OneLine.of("Lock " + done.lock() + " (id " + lockId + "): " + operation
                + (done.taskId() == null ? "" : " #" + done.taskId()) + " by '" + done.who() + "'. Why: "
                + done.why()));
        if (events != null) {
            LockEvents told = events;
            publish(() -> told.operated(done));
        }
        publish(() -> publisher.publishEvent(new AuditApplicationEvent(audited(done, operation, lockId))));
    }

    private static AuditEvent audited(Operated done, String operation, String lockId) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("operation", operation);
        data.put("id", lockId);
        data.put("name", done.lock().name());
        if (done.taskId() != null) {
            data.put("taskId", done.taskId());
        }
        data.put("why", done.why());
        return new AuditEvent(done.who(), AUDIT_TYPE, data);
    }

    /** It is done already, and who did it is to hear so. */
    private static void publish(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException e) {
            LOG.warn("Somebody who listens to what is done about locks failed", e);
        }
    }
}
