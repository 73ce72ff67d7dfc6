package io.ownedlock.spring.web;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one request that a test sent: which tasks its dispatches were in, and how those ended. Each of its tasks takes
 * the lock "traced" of the trace's id, and never gives it back.
 */
final class Trace {

    static final String HEADER = "X-Trace";

    private static final Map<String, Trace> ALL = new ConcurrentHashMap<>();

    final String id;
    final List<Visit> visits = new CopyOnWriteArrayList<>();
    final List<String> violations = new CopyOnWriteArrayList<>();
    /** For work that must not be done before the test says so. */
    final CountDownLatch goOn = new CountDownLatch(1);

    private Trace(String id) {
        this.id = id;
    }

    static Trace start(String id) {
        Trace trace = new Trace(id);
        if (ALL.putIfAbsent(id, trace) != null) {
            throw new IllegalArgumentException(id + " was used before");
        }
        return trace;
    }

    static Trace of(HttpServletRequest request) {
        return ALL.get(request.getHeader(HEADER));
    }

    /** One dispatch. */
    record Visit(DispatcherType type, Task task, Ends ends) {}

    /** The seam: a task's own exit hook counts its ends. */
    static final class Ends extends ExitHook {

        final List<TaskEnd> seen = new CopyOnWriteArrayList<>();

        @Override
        protected void onEnded(Task task, TaskEnd end) {
            seen.add(end);
        }
    }

    private void visit(DispatcherType type, LockRegistry registry) {
        Task task = Task.current();
        Visit last = visits.isEmpty() ? null : visits.get(visits.size() - 1);
        if (last != null && last.task() == task) {
            visits.add(new Visit(type, task, last.ends()));
            return;
        }
        registry.obtain("traced", id).lock();
        // Later than the lock's own hook, and so called after it.
        Ends ends = new Ends();
        task.add(ends);
        visits.add(new Visit(type, task, ends));
    }

    /** The dispatches, in order; a bar is where a new task begins. */
    String flow() {
        StringBuilder flow = new StringBuilder();
        Task task = null;
        for (Visit visit : visits) {
            if (task != null) {
                flow.append(visit.task() == task ? " " : " | ");
            }
            flow.append(visit.type());
            task = visit.task();
        }
        return flow.toString();
    }

    List<Ends> ends() {
        return visits.stream().map(Visit::ends).distinct().collect(Collectors.toList());
    }

    /** What the request failed with, as its first task tells its hooks. */
    @Nullable Throwable failure() {
        return ends().get(0).seen.get(0).failure();
    }

    boolean isOver() {
        return ends().stream().noneMatch(ends -> ends.seen.isEmpty());
    }

    /** Called by work beside the request before it lets the request go on: the dispatch leaves, and the task stays. */
    void whileTheRequestWaits() {
        Task task = visits.get(visits.size() - 1).task();
        Eventually.until("nobody is in " + task, () -> hasNobodyInside(task));
        if (!task.isActive()) {
            violations.add(task + " ended before its work was done");
        }
    }

    private static boolean hasNobodyInside(Task task) {
        try (Attachment ignored = task.attach()) {
            return true;
        } catch (IllegalStateException occupiedOrOver) {
            return !task.isActive();
        }
    }

    /** Sees every dispatch of every traced request. */
    static final class TraceFilter implements Filter {

        private final LockRegistry registry;

        TraceFilter(LockRegistry registry) {
            this.registry = registry;
        }

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            HttpServletRequest http = (HttpServletRequest) request;
            if (http.getHeader(HEADER) != null) {
                of(http).visit(request.getDispatcherType(), registry);
                if (request.getDispatcherType() == DispatcherType.ERROR
                        && http.getHeader(HEADER).contains("broken-error-page")) {
                    throw new IllegalStateException("The error page is broken");
                }
            }
            chain.doFilter(request, response);
        }
    }
}
