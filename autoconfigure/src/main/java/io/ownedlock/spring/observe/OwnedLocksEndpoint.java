package io.ownedlock.spring.observe;

import io.ownedlock.deadlock.WaitForGraph;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.LockEvent;
import io.ownedlock.spring.LockEvent.Operation;
import io.ownedlock.spring.observe.LockViews.Answer;
import io.ownedlock.spring.observe.LockViews.Details;
import io.ownedlock.spring.observe.LockViews.Graph;
import io.ownedlock.spring.observe.LockViews.Overview;
import io.ownedlock.spring.observe.LockViews.Page;
import io.ownedlock.spring.observe.LockViews.RecentIncidents;
import io.ownedlock.spring.observe.LockViews.Row;
import io.ownedlock.spring.observe.LockViews.Summary;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.Primitive;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.util.MimeType;

/**
 * The endpoint {@code ownedlocks}: which locks there are, who has them, and who waits; and, where the application has opened it for
 * that, what somebody in charge can do about one. Blocks nobody, and keeps no more than it answers. Over HTTP alone: whether keys are
 * shown hangs on who asks.
 */
@WebEndpoint(id = "ownedlocks", defaultAccess = Access.READ_ONLY)
public final class OwnedLocksEndpoint {

    /** More can be neither drawn nor read. */
    private static final int MAX_EDGES = 1000;

    private static final int FORBIDDEN = 403;
    private static final int CONFLICT = 409;

    /** Any character that a label may have. */
    private static final MimeType MERMAID_TEXT = new MimeType("text", "vnd.mermaid", StandardCharsets.UTF_8);

    private final LockRegistry registry;
    private final Incidents incidents;
    private final Show keys;
    private final Set<String> roles;
    private final Journal journal;
    private final LockIds ids = new LockIds();

    /**
     * Makes it.
     *
     * @param keys who sees the keys of locks
     * @param roles who is in one of these sees keys when authorized, and does something about locks; if there are none, everybody whom
     *     the application knows sees keys, and whoever is let in does something
     * @param publisher is told of what is done
     * @param events the same, if there are to be events of locks
     */
    public OwnedLocksEndpoint(
            LockRegistry registry,
            Incidents incidents,
            Show keys,
            Set<String> roles,
            ApplicationEventPublisher publisher,
            @Nullable LockEvents events) {
        this.registry = registry;
        this.incidents = incidents;
        this.keys = keys;
        this.roles = Set.copyOf(roles);
        this.journal = new Journal(publisher, events);
    }

    /**
     * Counts for all names, the longest waits, and a page of those locks that are not idle and match. What is {@code null} asks for
     * nothing.
     *
     * @param name exactly the name
     * @param heldLongerThan only what somebody has held for longer than that
     * @param waitersMoreThan only what more than so many wait for
     * @param sort what comes first; {@code held} if {@code null}
     * @param page from 0 on
     * @param size of a page, 1 to 500; 50 if {@code null}
     * @throws org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException if there is no such page
     */
    @ReadOperation
    public OperationResponseBody locks(
            @Nullable String name,
            @Nullable LockState state,
            @Nullable Duration heldLongerThan,
            @Nullable Integer waitersMoreThan,
            LockSearch.@Nullable Sort sort,
            @Nullable Integer page,
            @Nullable Integer size,
            SecurityContext asking) {
        Viewer viewer = viewer(asking);
        LockSearch search = LockSearch.of(name, state, heldLongerThan, waitersMoreThan, sort, page, size);
        Survey survey = Survey.of(registry, search);
        return new Overview(
                new Summary(survey.names(), rows(survey.worst(), viewer)),
                new Page(survey.matching(), search.page(), search.size(), rows(survey.page(), viewer)));
    }

    private static List<Row> rows(List<Sighting> locks, Viewer viewer) {
        return locks.stream().map(seen -> Row.of(seen, viewer)).toList();
    }

    /**
     * All of one lock; or who waits for whom in this JVM, or the last of what went wrong. Ids are hexadecimal, and so neither
     * {@code graph} nor {@code incidents}.
     *
     * @param id as in the answers; {@code graph}; {@code incidents}
     * @param format of the graph; JSON if {@code null}
     * @return not found if there is no such lock, or not any more
     */
    @ReadOperation(produces = {"application/vnd.spring-boot.actuator.v3+json", "application/json", "text/vnd.mermaid"})
    public WebEndpointResponse<?> part(@Selector String id, @Nullable Format format, SecurityContext asking) {
        Viewer viewer = viewer(asking);
        return switch (id) {
            case "graph" -> graph(format, viewer);
            case "incidents" -> new WebEndpointResponse<>(RecentIncidents.of(incidents, viewer));
            default -> lock(id, viewer);
        };
    }

    /** How the graph is written. */
    enum Format {
        /** For programs. */
        JSON,
        /** The text of a flowchart, to be drawn. */
        MERMAID
    }

    private static WebEndpointResponse<?> graph(@Nullable Format format, Viewer viewer) {
        List<WaitForGraph.Edge> all = WaitForGraph.snapshot().edges();
        List<WaitForGraph.Edge> edges = all.subList(0, Math.min(all.size(), MAX_EDGES));
        return format == Format.MERMAID
                ? new WebEndpointResponse<>(Mermaid.flowchart(edges, viewer), MERMAID_TEXT)
                : new WebEndpointResponse<>(Graph.of(all.size(), edges, viewer));
    }

    /**
     * Does something about a lock. There only if the endpoint's access is unrestricted.
     *
     * @param id as in the answers
     * @param why for those who will ask; kept with the name of who asks for it
     * @param taskId who is to wait no longer; for {@link Operation#CANCEL_WAITER} and nothing else
     * @return what was done; forbidden to who is in none of the roles; not found if there is no such lock, or not any more; conflict
     *     if there was nothing to do
     * @throws InvalidEndpointRequestException if this says too little or too much
     */
    @WriteOperation
    public WebEndpointResponse<?> operate(
            @Selector String id, Operation operation, String why, @Nullable Long taskId, SecurityContext asking) {
        if (!roles.isEmpty() && !Show.WHEN_AUTHORIZED.isShown(asking, roles)) {
            return new WebEndpointResponse<>(FORBIDDEN);
        }
        Motive motive = Motive.of(asking, why);
        if ((taskId != null) != (operation == Operation.CANCEL_WAITER)) {
            throw new InvalidEndpointRequestException(
                    "taskId does not go with " + operation, "taskId is for cancel-waiter, which needs it");
        }
        Primitive lock = find(id);
        if (lock == null) {
            return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        }
        Intervention came = Intervention.perform(operation, lock, taskId);
        if (came.done()) {
            journal.write(new LockEvent.Operated(lock.id(), operation, taskId, motive.who(), motive.why()), id);
        }
        return new WebEndpointResponse<>(
                new Answer(viewer(asking).which(lock.id()), operation, came.message()),
                came.done() ? WebEndpointResponse.STATUS_OK : CONFLICT);
    }

    private WebEndpointResponse<?> lock(String id, Viewer viewer) {
        Primitive lock = find(id);
        return lock == null
                ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                : new WebEndpointResponse<>(Details.of(lock.snapshot(), viewer));
    }

    private @Nullable Primitive find(String id) {
        AtomicReference<@Nullable Primitive> found = new AtomicReference<>();
        Predicate<LockId> wanted = ids.is(id);
        registry.forEach(primitive -> {
            if (found.get() == null && wanted.test(primitive.id())) {
                found.set(primitive);
            }
        });
        return found.get();
    }

    private Viewer viewer(SecurityContext asking) {
        return new Viewer(ids, keys.isShown(asking, roles));
    }
}
