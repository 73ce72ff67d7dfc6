package io.ownedlock.spring.web;

import static java.util.Objects.requireNonNull;

import io.ownedlock.sync.LockNotAcquiredException;
import java.net.URI;
import java.time.Duration;
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
 * Answers who failed to get a lock with a problem as of RFC 9457: here what Spring MVC's handlers throw, and through {@link
 * LockProblemFilter} what others do. The types are stable; what they begin with is part of the {@link Style}:
 *
 * <table>
 *   <caption>Problems</caption>
 *   <tr><th>type<th>status<th>when
 *   <tr><td>{@code urn:ownedlock:problem:broken}<td>503<td>the lock's owner ended and still held it, or will not let go
 *   <tr><td>{@code urn:ownedlock:problem:shutdown}<td>503<td>the owner still held the lock when the application shut down
 *   <tr><td>{@code urn:ownedlock:problem:deadlock}<td>503<td>the wait would never have ended
 *   <tr><td>{@code urn:ownedlock:problem:refused}<td>503<td>the request is ending, there are too many waiters or keys, an operator
 *       ended the wait, or the application is shutting down
 *   <tr><td>{@code urn:ownedlock:problem:interrupted}<td>503<td>the request's thread was interrupted
 *   <tr><td>{@code urn:ownedlock:problem:wait-too-long}<td>423<td>a living owner kept the lock for too long
 * </table>
 *
 * <p>Last in order, so that any other handler of these exceptions wins.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
public class LockProblems {

    private final Style style;

    /** Makes the answers. */
    public LockProblems(Style style) {
        this.style = requireNonNull(style, "style");
    }

    /**
     * How the answers look.
     *
     * @param includeDetails whether to tell the key and the owner of the lock to whoever asks
     * @param retryAfter when a client that was told 503 may try again, rounded up to seconds; not negative
     * @param typeBase what the types begin with
     */
    public record Style(boolean includeDetails, Duration retryAfter, URI typeBase) {

        private String retryAfterSeconds() {
            return String.valueOf(retryAfter.plusNanos(999_999_999).toSeconds());
        }
    }

    /** Answers a failure, unless what it {@code raised} in the application has an answer of its own. */
    @ExceptionHandler(LockNotAcquiredException.class)
    ResponseEntity<ProblemDetail> answer(LockNotAcquiredException failure, Exception raised) throws Exception {
        if (raised != failure && hasStatusOfItsOwn(raised)) {
            throw raised;
        }
        return answer(failure);
    }

    /** The answer to a failure. */
    ResponseEntity<ProblemDetail> answer(LockNotAcquiredException failure) {
        ProblemDetail problem = Problem.of(failure).detail(failure, style);
        ResponseEntity.BodyBuilder response = ResponseEntity.status(problem.getStatus());
        if (problem.getStatus() == HttpStatus.SERVICE_UNAVAILABLE.value()) {
            response.header(HttpHeaders.RETRY_AFTER, style.retryAfterSeconds());
        }
        return response.body(problem);
    }

    private static boolean hasStatusOfItsOwn(Exception raised) {
        return raised instanceof ErrorResponse
                || AnnotatedElementUtils.hasAnnotation(raised.getClass(), ResponseStatus.class);
    }
}
