package io.ownedlock.deadlock;

import io.ownedlock.park.Holding;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Resource;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One task that cannot get on before another does. A link is made of objects that never come back once they are gone, so one that was
 * seen and {@linkplain #stands() still stands} has stood all the while.
 */
sealed interface Link {

    /** Who cannot get on. */
    Task from();

    /** Who must, before. */
    Task to();

    /**
     * What is in the way of that: all that the other task has stopped for, if it must go on; one wait of it, if that alone must be
     * over. The object is the same for every link that leads to the same.
     */
    default Object target() {
        return to();
    }

    /** Whether it is still so. */
    boolean stands();

    /** What the task stopped for; {@code null} if its thread is elsewhere. */
    @Nullable Arrival cause();

    /** The link for people who look at it from outside. */
    WaitForGraph.Edge edge();

    /** Everything that keeps from getting on what some link has as its target, as far as is known. */
    static List<Link> beyond(Object target) {
        if (target instanceof Task task) {
            return leaving(task);
        }
        List<Link> links = new ArrayList<>(2);
        ((Arrival) target).addLinks(links);
        return links;
    }

    /** Everything that keeps the task from getting on, as far as is known. */
    static List<Link> leaving(Task task) {
        List<Link> links = new ArrayList<>(2);
        Arrival arrival = KnownWaits.of(task);
        while (arrival != null) {
            arrival.addLinks(links);
            arrival = arrival.isDeclared() ? arrival.outer : null;
        }
        Attachment above = task.suspendedBy();
        if (above != null) {
            links.add(new SuspendedBy(task, above));
        }
        return links;
    }

    private static String waits(Wait wait, Resource resource) {
        Thread thread = wait.waiter.thread();
        String how = thread == null ? " (by a future)" : " (thread " + thread.getName() + ")";
        return wait.task + how + " waits since " + wait.since + " for " + resource;
    }

    /** It waits for what the other holds. */
    record HeldBy(Wait cause, ParkingLot lot, Resource resource, Holding holding) implements Link {

        @Override
        public Task from() {
            return cause.task;
        }

        @Override
        public Task to() {
            return holding.owner();
        }

        @Override
        public boolean stands() {
            if (!cause.standsIn(lot)) {
                return false;
            }
            for (Holding now : resource.inTheWayOf(cause.waiter)) {
                if (now == holding) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public WaitForGraph.Edge edge() {
            return WaitForGraph.Edge.of(WaitForGraph.Kind.HELD_BY, this, resource, cause.since);
        }

        @Override
        public String toString() {
            Instant since = holding.since();
            return waits(cause, resource) + ", held " + (since == null ? "" : "since " + since + " ") + "by " + to();
        }
    }

    /** It waits where nobody may overtake, and the other waits before it. */
    record Behind(Wait cause, Wait before, ParkingLot lot, Resource resource) implements Link {

        @Override
        public Task from() {
            return cause.task;
        }

        @Override
        public Task to() {
            return before.task;
        }

        @Override
        public Object target() {
            return before;
        }

        @Override
        public boolean stands() {
            return cause.standsIn(lot) && before.standsIn(lot) && resource.isFairTo(cause.waiter);
        }

        @Override
        public WaitForGraph.Edge edge() {
            return WaitForGraph.Edge.of(WaitForGraph.Kind.BEHIND, this, resource, cause.since);
        }

        @Override
        public String toString() {
            return waits(cause, resource) + ", in the queue behind " + to();
        }
    }

    /** It has declared that it waits for the other's end. */
    record Joins(Join cause) implements Link {

        @Override
        public Task from() {
            return cause.task;
        }

        @Override
        public Task to() {
            return cause.awaited;
        }

        @Override
        public boolean stands() {
            return !cause.isOver();
        }

        @Override
        public WaitForGraph.Edge edge() {
            return WaitForGraph.Edge.of(WaitForGraph.Kind.JOINS, this, null, cause.since);
        }

        @Override
        public String toString() {
            return from() + " waits since " + cause.since + " for the end of " + to();
        }
    }

    /** The thread inside it has turned to the other, and comes back when it has left that. */
    record SuspendedBy(Task from, Attachment above) implements Link {

        @Override
        public Task to() {
            return above.task();
        }

        @Override
        public boolean stands() {
            return from.suspendedBy() == above;
        }

        @Override
        public @Nullable Arrival cause() {
            return null;
        }

        @Override
        public WaitForGraph.Edge edge() {
            return WaitForGraph.Edge.of(WaitForGraph.Kind.SUSPENDED_BY, this, null, null);
        }

        @Override
        public String toString() {
            return from + " is suspended, on the same thread, by " + to();
        }
    }
}
