package io.ownedlock.deadlock;

import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What each task of this JVM has stopped for, of all registries, so that a cycle may go through several of them. For each task it is a
 * stack, the latest on top, since a task may stop for one thing within another. Only its own thread adds; a declaration may be
 * closed by anybody, in any order, so each step is one step of the table, and what is over is taken off as soon as it is on top.
 */
final class KnownWaits {

    /** Guards the breaking of a cycle that was found: one at a time, so that no cycle loses two. */
    static final Object BREAKING = new Object();

    private static final ConcurrentHashMap<Task, Arrival> LATEST = new ConcurrentHashMap<>();
    private static final AtomicLong ARRIVALS = new AtomicLong();

    private KnownWaits() {}

    static long nextNumber() {
        return ARRIVALS.incrementAndGet();
    }

    /** From here on, others see it. */
    static void add(Arrival arrival) {
        LATEST.compute(arrival.task, (task, latest) -> {
            arrival.outer = withoutTheOver(latest);
            return arrival;
        });
    }

    /** It is over. */
    static void remove(Arrival arrival) {
        arrival.end();
        LATEST.computeIfPresent(arrival.task, (task, latest) -> withoutTheOver(latest));
    }

    private static @Nullable Arrival withoutTheOver(@Nullable Arrival latest) {
        Arrival arrival = latest;
        while (arrival != null && arrival.isOver()) {
            arrival = arrival.outer;
        }
        return arrival;
    }

    /** The wait is over. Does nothing more if it was never added, because its thread ran out of stack before. */
    static void remove(Waiter waiter) {
        for (Arrival arrival = of(waiter.task()); arrival != null; arrival = arrival.outer) {
            if (arrival instanceof Wait wait && wait.waiter == waiter) {
                wait.end();
            }
        }
        LATEST.computeIfPresent(waiter.task(), (task, latest) -> withoutTheOver(latest));
    }

    /** What the task has stopped for last; perhaps that is just over. */
    static @Nullable Arrival of(Task task) {
        return LATEST.get(task);
    }

    /** Whether it was told of this waiter, and what it knows of it. */
    static @Nullable Wait of(Waiter waiter) {
        for (Arrival arrival = of(waiter.task()); arrival != null; arrival = arrival.outer) {
            if (arrival instanceof Wait wait && wait.waiter == waiter && !wait.isOver()) {
                return wait;
            }
        }
        return null;
    }

    /** Who waits. */
    static Set<Task> tasks() {
        return new HashSet<>(LATEST.keySet());
    }
}
