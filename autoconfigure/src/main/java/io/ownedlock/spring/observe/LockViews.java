package io.ownedlock.spring.observe;

import io.ownedlock.deadlock.WaitForGraph;
import io.ownedlock.spring.LockEvent;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.LockKind;
import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.task.TaskInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/** The answers of the endpoint, as they are written. What is not there is left out. */
final class LockViews {

    private LockViews() {}

    /** All there is to see at one look. */
    record Overview(Summary summary, Page locks) implements OperationResponseBody {}

    /** Counts for each name, and where somebody has waited for the longest time. */
    record Summary(Map<String, Census> names, List<Row> worstWaits) {}

    /** One page of what was looked for. */
    record Page(int total, int page, int size, List<Row> rows) {}

    /** Which lock: the id leads to the rest of it. */
    record Which(String id, String name, @Nullable String key) {}

    /** A lock in a list. */
    record Row(
            Which lock,
            LockKind kind,
            LockState state,
            @Nullable Who owner,
            int waiting,
            @Nullable Instant waitingSince) {

        static Row of(Sighting seen, Viewer viewer) {
            LockSnapshot lock = seen.lock();
            return new Row(
                    viewer.which(lock.lock()),
                    lock.kind(),
                    lock.state(),
                    lock.holds().isEmpty() ? null : Who.holds(lock.holds().get(0)),
                    seen.waiting(),
                    seen.waitingSince());
        }
    }

    /** A task that holds, held or waits, and since when, if that is to be told of it. */
    record Who(
            long taskId,
            String task,
            @Nullable String startedBy,
            @Nullable String thread,
            @Nullable String traceId,
            @Nullable Instant since) {

        static Who holds(LockSnapshot.Held held) {
            return of(held.owner(), held.since());
        }

        static Who of(TaskInfo task, @Nullable Instant since) {
            return new Who(task.id(), task.label(), task.parent(), task.thread(), task.traceId(), since);
        }
    }

    /** All of one lock. */
    record Details(
            Which lock,
            LockKind kind,
            LockState state,
            LockSnapshot.@Nullable Capacity capacity,
            List<Grip> holds,
            List<Who> waiting,
            @Nullable Incident abandonment)
            implements OperationResponseBody {

        static Details of(LockSnapshot seen, Viewer viewer) {
            Abandonment abandonment = seen.abandonment();
            return new Details(
                    viewer.which(seen.lock()),
                    seen.kind(),
                    seen.state(),
                    seen.capacity(),
                    seen.holds().stream().map(Grip::of).toList(),
                    seen.waiting().stream()
                            .map(waiting -> Who.of(waiting.task(), waiting.since()))
                            .toList(),
                    abandonment == null ? null : Incident.of(abandonment, null, viewer));
        }
    }

    /** What came of an operation. */
    record Answer(Which lock, LockEvent.Operation operation, String message) implements OperationResponseBody {}

    /** One task's hold. */
    record Grip(
            Who owner,
            int count,
            boolean exclusive,
            @Nullable String acquiredAt) {

        static Grip of(LockSnapshot.Held held) {
            StackTraceElement site = held.site();
            return new Grip(Who.holds(held), held.count(), held.exclusive(), site == null ? null : site.toString());
        }
    }

    /** What went wrong with a lock. */
    record Incident(
            String incident,
            Which lock,
            Who owner,
            @Nullable String acquiredAt,
            Instant brokenAt,
            BreakReason reason,
            OnOwnerEnd policy,
            @Nullable String lentBy,
            @Nullable Integer waitersTold) {

        static Incident of(Abandonment abandonment, @Nullable Integer waitersTold, Viewer viewer) {
            StackTraceElement site = abandonment.site();
            TaskInfo lender = abandonment.lender();
            return new Incident(
                    abandonment.incident(),
                    viewer.which(abandonment.lock()),
                    Who.of(abandonment.owner(), abandonment.acquiredAt()),
                    site == null ? null : site.toString(),
                    abandonment.brokenAt(),
                    abandonment.reason(),
                    abandonment.policy(),
                    lender == null ? null : lender.label(),
                    waitersTold);
        }
    }

    /** The last of what went wrong, newest first. */
    record RecentIncidents(List<Incident> incidents) implements OperationResponseBody {

        static RecentIncidents of(Incidents incidents, Viewer viewer) {
            return new RecentIncidents(incidents.recent().stream()
                    .map(incident -> Incident.of(incident.what(), incident.waitersTold(), viewer))
                    .toList());
        }
    }

    /** Who waits for whom. */
    record Graph(int total, List<Edge> edges) implements OperationResponseBody {

        static Graph of(int total, List<WaitForGraph.Edge> edges, Viewer viewer) {
            return new Graph(
                    total, edges.stream().map(edge -> Edge.of(edge, viewer)).toList());
        }
    }

    /** One task that cannot get on before another does. */
    record Edge(
            WaitForGraph.Kind kind, Who waiting, @Nullable String resource, Who holder) {

        static Edge of(WaitForGraph.Edge edge, Viewer viewer) {
            return new Edge(
                    edge.kind(),
                    Who.of(edge.waiting(), edge.since()),
                    viewer.resource(edge),
                    Who.of(edge.holder(), null));
        }
    }
}
