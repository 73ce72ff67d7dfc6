package io.ownedlock.deadlock;

import io.ownedlock.park.Resource;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom in this JVM: the waits that a {@link DeadlockDetector} was told of, with those that are suspended by others as
 * far as somebody waits for them. Read while it changes, so it may show what was never there at one time.
 *
 * @param edges in no order
 */
public record WaitForGraph(List<Edge> edges) {

    /** Copies the list. */
    public WaitForGraph {
        edges = List.copyOf(edges);
    }

    /** The graph as it is now. */
    public static WaitForGraph snapshot() {
        List<Edge> edges = new ArrayList<>();
        Deque<Task> open = new ArrayDeque<>(KnownWaits.tasks());
        Set<Task> seen = new HashSet<>(open);
        for (Task task = open.poll(); task != null; task = open.poll()) {
            for (Link link : Link.leaving(task)) {
                edges.add(link.edge());
                if (seen.add(link.to())) {
                    open.add(link.to());
                }
            }
        }
        return new WaitForGraph(edges);
    }

    /** Why a task cannot get on. */
    public enum Kind {
        /** It waits for what the other holds. */
        HELD_BY,
        /** It waits behind the other, and nobody may overtake there. */
        BEHIND,
        /** It has declared that it waits for the other's end. */
        JOINS,
        /** Its thread has turned to the other, and comes back when that is done. */
        SUSPENDED_BY
    }

    /**
     * One task that cannot get on before another does.
     *
     * @param kind why
     * @param waiting who cannot
     * @param resource the name of what it waits for; {@code null} if that is the other itself, or it is suspended
     * @param key which one of that name; {@code null} if there is only one
     * @param holder who is in its way
     * @param since when the wait began; {@code null} if it is suspended
     */
    public record Edge(
            Kind kind,
            TaskInfo waiting,
            @Nullable String resource,
            @Nullable String key,
            TaskInfo holder,
            @Nullable Instant since) {

        static Edge of(Kind kind, Link link, @Nullable Resource resource, @Nullable Instant since) {
            String name = resource == null ? null : resource.name();
            String key = resource == null ? null : resource.key();
            return new Edge(kind, link.from().info(), name, key, link.to().info(), since);
        }
    }
}
