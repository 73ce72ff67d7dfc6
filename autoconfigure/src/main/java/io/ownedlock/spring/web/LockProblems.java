package io.ownedlock.spring.web;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.LockInterruptedException;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.TaskInfo;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers who failed to get a lock with a problem as of RFC 9457. The types are stable:
 *
 * <table>
 *   <caption>Problems</caption>
 *   <tr><th>type<th>status<th>when
 *   <tr><td>{@code urn:ownedlock:problem:broken}<td>503<td>the lock's owner ended and still held it
 *   <tr><td>{@code urn:ownedlock:problem:refused}<td>503<td>the lock would not be given to this request
 *   <tr><td>{@code urn:ownedlock:problem:interrupted}<td>503<td>the request's thread was interrupted
 *   <tr><td>{@code urn:ownedlock:problem:wait-too-long}<td>423<td>a living owner kept the lock for too long
 * </table>
 *
 * <p>Last in order, so that any other handler of these exceptions wins.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
public class LockProblems {

    private static final String RETRY_AFTER_SECONDS = "1";

    private final boolean includeDetails;

    /**
     * Makes the answers.
     *
     * @param includeDetails whether to tell the key and the owner of the lock to whoever asks
     */
    public LockProblems(boolean includeDetails) {
        this.includeDetails = includeDetails;
    }

    /** Answers a failure, unless what it {@code raised} in the application has an answer of its own. */
    @ExceptionHandler(LockNotAcquiredException.class)
    ResponseEntity<ProblemDetail> answer(LockNotAcquiredException failure, Exception raised) throws Exception {
        if (raised != failure && hasStatusOfItsOwn(raised)) {
            throw raised;
        }
        ProblemDetail problem = problem(failure);
        ResponseEntity.BodyBuilder response = ResponseEntity.status(problem.getStatus());
        if (problem.getStatus() == HttpStatus.SERVICE_UNAVAILABLE.value()) {
            response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return response.body(problem);
    }

    private static boolean hasStatusOfItsOwn(Exception raised) {
        return raised instanceof ErrorResponse
                || AnnotatedElementUtils.hasAnnotation(raised.getClass(), ResponseStatus.class);
    }

    private ProblemDetail problem(LockNotAcquiredException failure) {
        String lock = "lock '" + failure.lock().name() + "'";
        if (failure instanceof BrokenLockException broken) {
            Abandonment abandonment = broken.abandonment();
            ProblemDetail problem = problem(
                    "broken",
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "Lock broken",
                    "The task that held " + lock + " ended without releasing it.",
                    failure);
            problem.setProperty("reason", abandonment.reason());
            problem.setProperty("incident", abandonment.incident());
            addOwner(problem, abandonment.owner(), abandonment.acquiredAt());
            addDetail(problem, "brokenAt", abandonment.brokenAt());
            return problem;
        }
        if (failure instanceof WaitTooLongException tooLong) {
            ProblemDetail problem = problem(
                    "wait-too-long",
                    HttpStatus.LOCKED,
                    "Waited too long",
                    "Another task holds " + lock + " and did not release it in time.",
                    failure);
            problem.setProperty("reason", "TIMED_OUT");
            addOwner(problem, tooLong.owner(), tooLong.heldSince());
            addDetail(problem, "waited", tooLong.waited());
            return problem;
        }
        boolean interrupted = failure instanceof LockInterruptedException;
        ProblemDetail problem = problem(
                interrupted ? "interrupted" : "refused",
                HttpStatus.SERVICE_UNAVAILABLE,
                interrupted ? "Interrupted" : "Lock refused",
                interrupted
                        ? "The request was interrupted while it waited for " + lock + "."
                        : "This request is ending, and does not get " + lock + ".",
                failure);
        problem.setProperty("reason", interrupted ? "INTERRUPTED" : "REFUSED");
        return problem;
    }

    private ProblemDetail problem(
            String type, HttpStatus status, String title, String detail, LockNotAcquiredException failure) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("urn:ownedlock:problem:" + type));
        problem.setTitle(title);
        problem.setProperty("lock", failure.lock().name());
        addDetail(problem, "key", failure.lock().key());
        return problem;
    }

    private void addOwner(ProblemDetail problem, @Nullable TaskInfo owner, @Nullable Instant acquiredAt) {
        if (owner != null) {
            Map<String, @Nullable Object> told = new LinkedHashMap<>();
            told.put("id", owner.id());
            told.put("name", owner.name());
            told.put("kind", owner.kind());
            told.put("thread", owner.thread());
            addDetail(problem, "owner", told);
        }
        addDetail(problem, "acquiredAt", acquiredAt);
    }

    private void addDetail(ProblemDetail problem, String name, @Nullable Object value) {
        if (value != null && includeDetails) {
            problem.setProperty(name, value);
        }
    }
}
