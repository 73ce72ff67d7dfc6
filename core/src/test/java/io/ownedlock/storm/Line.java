package io.ownedlock.storm;

import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.task.Task;
import java.util.ArrayList;
import java.util.List;

/** The oracle of a fair lock: who had parked before another one even came is served before it. */
final class Line {

    static final class Place {
        private final Task task;
        private final Thread thread = Thread.currentThread();
        private final int arrived;
        private int parked;

        private Place(Task task, int arrived) {
            this.task = task;
            this.arrived = arrived;
        }
    }

    private final List<Place> waiting = new ArrayList<>();
    private int events;

    Place arrive(Task task) {
        Place place = new Place(task, ++events);
        waiting.add(place);
        return place;
    }

    void parks(Thread thread) {
        for (Place place : waiting) {
            if (place.thread == thread && place.parked == 0) {
                place.parked = ++events;
            }
        }
    }

    void leave(Place place) {
        waiting.remove(place);
    }

    /** Whoever still is in the queue, and was before this one came, was overtaken. */
    void requireNobodyBefore(Place served, LockSnapshot now) {
        for (Place other : waiting) {
            boolean before = other.parked != 0 && other.parked < served.arrived;
            if (before
                    && now.waiting().stream().anyMatch(waiter -> waiter.task().id() == other.task.id())) {
                throw new AssertionError(served.task + " has overtaken " + other.task + " at " + now);
            }
        }
    }
}
