package io.ownedlock.spring.web;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.LockInterruptedException;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.TaskInfo;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * What a client is told of a failure to get a lock. Without details that is the lock's name, the reason and the incident's id, which is
 * in the log too.
 */
enum Problem {
    BROKEN("broken", "Lock broken", "The task that held %s ended without releasing it."),
    SEALED("broken", "Lock broken", "The task that holds %s does not release it, and nobody is served until it does."),
    SHUTDOWN(
            "shutdown",
            "Shutting down",
            "The task that holds %s did not release it before the application shuts down: try again."),
    DEADLOCK("deadlock", "Deadlock", "To wait for %s would never have ended: tasks wait for each other."),
    WAIT_TOO_LONG("wait-too-long", "Waited too long", "Another task holds %s and did not release it in time."),
    INTERRUPTED("interrupted", "Interrupted", "The request was interrupted while it waited for %s."),
    REFUSED(
            "refused",
            "Lock refused",
            "This request does not get %s: it is ending, there are too many waiters or keys, an operator ended the wait, or the"
                    + " application is shutting down.");

    private final String type;
    private final String title;
    private final String text;

    Problem(String type, String title, String text) {
        this.type = type;
        this.title = title;
        this.text = text;
    }

    static Problem of(LockNotAcquiredException failure) {
        if (failure instanceof BrokenLockException broken) {
            BreakReason reason = broken.abandonment().reason();
            return reason == BreakReason.SHUTDOWN ? SHUTDOWN : reason.isOwnerInside() ? SEALED : BROKEN;
        }
        if (failure instanceof WaitTooLongException) {
            return WAIT_TOO_LONG;
        }
        if (failure instanceof DeadlockException) {
            return DEADLOCK;
        }
        return failure instanceof LockInterruptedException ? INTERRUPTED : REFUSED;
    }

    ProblemDetail detail(LockNotAcquiredException failure, LockProblems.Style style) {
        ProblemDetail detail = ProblemDetail.forStatusAndDetail(
                this == WAIT_TOO_LONG ? HttpStatus.LOCKED : HttpStatus.SERVICE_UNAVAILABLE,
                String.format(text, "lock '" + failure.lock().name() + "'"));
        detail.setType(URI.create(style.typeBase() + type));
        detail.setTitle(title);
        detail.setProperty("lock", failure.lock().name());
        detail.setProperty("reason", reason(failure));
        if (failure instanceof BrokenLockException broken) {
            detail.setProperty("incident", broken.abandonment().incident());
        }
        if (style.includeDetails()) {
            details(failure).forEach((name, value) -> {
                if (value != null) {
                    detail.setProperty(name, value);
                }
            });
        }
        return detail;
    }

    private Object reason(LockNotAcquiredException failure) {
        if (failure instanceof BrokenLockException broken) {
            return broken.abandonment().reason();
        }
        return this == WAIT_TOO_LONG ? "TIMED_OUT" : name();
    }

    private static Map<String, @Nullable Object> details(LockNotAcquiredException failure) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("key", failure.lock().key());
        if (failure instanceof BrokenLockException broken) {
            Abandonment abandonment = broken.abandonment();
            addOwner(details, abandonment.owner(), abandonment.acquiredAt());
            details.put("brokenAt", abandonment.brokenAt());
        }
        if (failure instanceof WaitTooLongException tooLong) {
            addOwner(details, tooLong.owner(), tooLong.heldSince());
            details.put("waited", tooLong.waited());
        }
        if (failure instanceof DeadlockException deadlock) {
            details.put("cycle", deadlock.cycle());
        }
        return details;
    }

    private static void addOwner(
            Map<String, @Nullable Object> details, @Nullable TaskInfo owner, @Nullable Instant acquiredAt) {
        if (owner != null) {
            Map<String, @Nullable Object> told = new LinkedHashMap<>();
            told.put("id", owner.id());
            told.put("name", owner.name());
            told.put("kind", owner.kind());
            told.put("thread", owner.thread());
            if (owner.traceId() != null) {
                told.put("traceId", owner.traceId());
            }
            details.put("owner", told);
        }
        details.put("acquiredAt", acquiredAt);
    }
}
