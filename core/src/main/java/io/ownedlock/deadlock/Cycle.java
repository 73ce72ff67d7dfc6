package io.ownedlock.deadlock;

import io.ownedlock.task.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait for each other all around: each link ends where the next begins, and the last where the first does.
 */
final class Cycle {

    private final List<Link> links;

    private Cycle(List<Link> links) {
        this.links = links;
    }

    /**
     * Looks for a way from the task back to itself, and takes the shortest. Reads without any lock, so that what it finds may never
     * have been there at one time.
     */
    static @Nullable Cycle through(Task start) {
        Map<Task, Link> cameBy = new HashMap<>();
        Deque<Task> open = new ArrayDeque<>();
        for (Task task = start; task != null; task = open.poll()) {
            for (Link link : Link.leaving(task)) {
                if (link.to() == start) {
                    return of(link, start, cameBy);
                }
                if (cameBy.putIfAbsent(link.to(), link) == null) {
                    open.add(link.to());
                }
            }
        }
        return null;
    }

    private static @Nullable Cycle of(Link last, Task start, Map<Task, Link> cameBy) {
        List<Link> links = new ArrayList<>();
        links.add(last);
        for (Task task = last.from();
                task != start;
                task = links.get(links.size() - 1).from()) {
            Link link = cameBy.get(task);
            if (link == null) {
                return null;
            }
            links.add(link);
        }
        Collections.reverse(links);
        return new Cycle(links);
    }

    /** Puts the victim first: of all those that can be refused, the one that came last. Under {@link KnownWaits#BREAKING}. */
    @Nullable Arrival victim() {
        Arrival victim = null;
        int first = 0;
        for (int i = 0; i < links.size(); i++) {
            Arrival arrival = links.get(i).cause();
            if (arrival != null && arrival.isRefusable() && (victim == null || arrival.number > victim.number)) {
                victim = arrival;
                first = i;
            }
        }
        Collections.rotate(links, -first);
        return victim;
    }

    /**
     * Whether all of it is still so. If it is, then all of it was so at one moment, the one between the search and this: every link
     * has stood from when it was found until now.
     */
    boolean stands() {
        for (Link link : links) {
            if (!link.stands()) {
                return false;
            }
        }
        return true;
    }

    /** The story, one line for each link. Calls what a primitive says of itself, so under no lock. */
    @Override
    public String toString() {
        StringBuilder story = new StringBuilder();
        for (Link link : links) {
            story.append(story.isEmpty() ? "" : "\n").append(link);
        }
        return story.toString();
    }
}
