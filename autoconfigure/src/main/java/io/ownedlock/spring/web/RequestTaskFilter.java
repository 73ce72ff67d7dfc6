package io.ownedlock.spring.web;

import static java.util.Objects.requireNonNull;

import io.ownedlock.task.TaskKind;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes every HTTP request a task of kind {@link TaskKind#REQUEST REQUEST}, which each of its dispatches visits: the first, those
 * of its asynchronous part, and that to the error page. See {@link RequestTask} for when it ends.
 *
 * <p>Not a {@code OncePerRequestFilter}, since that would skip the later dispatches. Forwards and includes happen inside a
 * dispatch and are no visits of their own.
 */
public class RequestTaskFilter implements Filter {

    private final Predicate<? super HttpServletRequest> excluded;

    /** Makes a task of every request. */
    public RequestTaskFilter() {
        this(request -> false);
    }

    /**
     * Makes a task of every request but some.
     *
     * @param excluded chooses those that get none; asked at each dispatch, and should say the same of all dispatches of a request.
     *     What it throws, the request fails with
     */
    public RequestTaskFilter(Predicate<? super HttpServletRequest> excluded) {
        this.excluded = requireNonNull(excluded, "excluded");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        RequestTask visited =
                request instanceof HttpServletRequest http && !excluded.test(http) ? RequestTask.visit(http) : null;
        if (visited == null) {
            chain.doFilter(request, response);
            return;
        }
        Throwable failure = null;
        try {
            chain.doFilter(request, response);
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            leave(visited, failure);
        }
    }

    /** A method of its own so that tests can miss an end. */
    void leave(RequestTask visited, @Nullable Throwable failure) {
        visited.leave(failure);
    }

    /** Whether the calling thread, which is in this filter, is in it only once. */
    static boolean isOutermost() {
        return StackWalker.getInstance()
                        .walk(frames -> frames.filter(frame -> isFilter(frame.getClassName(), frame.getMethodName()))
                                .limit(2)
                                .count())
                == 1;
    }

    /** Whether the thread is certainly not in this filter. */
    static boolean isOutside(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        if (!isWhole(stack)) {
            return false;
        }
        for (StackTraceElement frame : stack) {
            if (isFilter(frame.getClassName(), frame.getMethodName())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Newer JVMs cut the trace of another thread off after its 1024 innermost frames, and this filter is one of the outermost. So a
     * trace tells what a thread is not doing only if it goes down to where the thread began.
     */
    private static boolean isWhole(StackTraceElement[] stack) {
        if (stack.length == 0) {
            return false;
        }
        StackTraceElement outermost = stack[stack.length - 1];
        String type = outermost.getClassName();
        return outermost.getMethodName().equals("run")
                && (type.equals("java.lang.Thread") || type.equals("java.lang.VirtualThread"));
    }

    private static boolean isFilter(String type, String method) {
        return method.equals("doFilter") && type.equals(RequestTaskFilter.class.getName());
    }
}
