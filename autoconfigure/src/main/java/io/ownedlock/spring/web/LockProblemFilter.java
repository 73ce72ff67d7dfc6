package io.ownedlock.spring.web;

import static java.util.Objects.requireNonNull;

import io.ownedlock.sync.LockNotAcquiredException;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/**
 * Answers who failed to get a lock outside of Spring MVC, in a filter or another servlet, as {@link LockProblems} does inside. An answer
 * that has begun, or is left to an asynchronous part, stays what it is, and the failure goes on to the server.
 *
 * <p>Within the {@link RequestTaskFilter}, so that the request's task has failed with what was answered.
 */
public final class LockProblemFilter implements Filter {

    private static final JsonWriter<Map<String, @Nullable Object>> JSON = JsonWriter.standard();

    private final LockProblems problems;

    /** Makes a filter that answers as these do. */
    public LockProblemFilter(LockProblems problems) {
        this.problems = requireNonNull(problems, "problems");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } catch (LockNotAcquiredException | ServletException e) {
            LockNotAcquiredException failure = failure(e);
            if (failure == null
                    || request.isAsyncStarted()
                    || response.isCommitted()
                    || !(response instanceof HttpServletResponse http)) {
                throw e;
            }
            RequestTask.answered(request, failure);
            write(problems.answer(failure), http);
        }
    }

    private static @Nullable LockNotAcquiredException failure(Exception thrown) {
        Throwable failure = thrown instanceof ServletException wrapper ? wrapper.getRootCause() : thrown;
        return failure instanceof LockNotAcquiredException known ? known : null;
    }

    private static void write(ResponseEntity<ProblemDetail> answer, HttpServletResponse response) throws IOException {
        byte[] body =
                JSON.writeToString(members(requireNonNull(answer.getBody()))).getBytes(StandardCharsets.UTF_8);
        response.resetBuffer();
        response.setStatus(answer.getStatusCode().value());
        answer.getHeaders().forEach((name, values) -> values.forEach(value -> response.setHeader(name, value)));
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setContentLength(body.length);
        try {
            response.getOutputStream().write(body);
        } catch (IllegalStateException writerInUse) {
            response.getWriter().write(new String(body, StandardCharsets.UTF_8));
        }
    }

    private static Map<String, @Nullable Object> members(ProblemDetail problem) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("type", problem.getType());
        members.put("title", problem.getTitle());
        members.put("status", problem.getStatus());
        members.put("detail", problem.getDetail());
        if (problem.getProperties() != null) {
            members.putAll(problem.getProperties());
        }
        return members;
    }
}
