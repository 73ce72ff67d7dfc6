package io.ownedlock.spring.observe;

import static java.util.Objects.requireNonNull;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.task.Task;
import java.util.function.Supplier;

/**
 * Tells tasks which trace they are part of, so that errors and logs that name an owner lead to it. When a task starts there may be no
 * span yet, for one around a scheduled run; when it takes a lock, or is about to wait for one, there is.
 */
public final class TraceIds implements LockListener {

    private final Supplier<Tracer> tracer;

    /**
     * Makes it.
     *
     * @param tracer knows the span of the thread; asked for late, since listeners are made before most beans
     */
    public TraceIds(Supplier<Tracer> tracer) {
        this.tracer = requireNonNull(tracer, "tracer");
    }

    @Override
    public void acquired(LockId lock, long waitNanos) {
        tell();
    }

    @Override
    public void contended(LockId lock) {
        tell();
    }

    /** A thread's own task outlives traces. */
    private void tell() {
        if (!Task.hasCurrent() || Task.current().traceId() != null) {
            return;
        }
        Span span = tracer.get().currentSpan();
        // A tracer that does nothing has spans without an id.
        if (span != null && !span.context().traceId().isEmpty()) {
            Task.current().traceId(span.context().traceId());
        }
    }
}
