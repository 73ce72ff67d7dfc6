package io.ownedlock.deadlock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait for each other all around: each link ends where the next begins, and the last where the first does.
 */
final class Cycle {

    private final List<Link> links;

    private Cycle(List<Link> links) {
        this.links = links;
    }

    /** A link, and the way there; the first has none before it. */
    private record Step(@Nullable Step before, Link link) {}

    /**
     * Looks for a way from what has arrived back to it, and takes the shortest. Reads without any lock, so that what it finds may never
     * have been there at one time.
     */
    static @Nullable Cycle through(Arrival start) {
        Set<Object> seen = new HashSet<>();
        Deque<Step> open = new ArrayDeque<>();
        Step step = null;
        do {
            for (Link link : Link.beyond(step == null ? start : step.link.target())) {
                Object target = link.target();
                if (target == start || target == start.task) {
                    return of(new Step(step, link));
                }
                if (seen.add(target)) {
                    open.add(new Step(step, link));
                }
            }
            step = open.poll();
        } while (step != null);
        return null;
    }

    private static Cycle of(Step last) {
        List<Link> links = new ArrayList<>();
        for (Step step = last; step != null; step = step.before) {
            links.add(step.link);
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
