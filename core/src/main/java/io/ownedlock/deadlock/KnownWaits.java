package io.ownedlock.deadlock;

import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What each task of this JVM waits for, of all registries, so that a cycle may go through several of them. A task has one thread
 * inside at most, and only that writes its entry.
 */
final class KnownWaits {

    /** Guards the breaking of a cycle that was found: one at a time, so that no cycle loses two. */
    static final Object BREAKING = new Object();

    private static final ConcurrentHashMap<Task, Wait> WAITS = new ConcurrentHashMap<>();
    private static final ConcurrentHashMap<Task, Join> JOINS = new ConcurrentHashMap<>();
    private static final AtomicLong ARRIVALS = new AtomicLong();

    private KnownWaits() {}

    /** From here on, others see the wait. */
    static Wait add(Waiter waiter, Instant since, DeadlockPolicy policy) {
        Task task = waiter.task();
        Wait wait = new Wait(ARRIVALS.incrementAndGet(), waiter, since, policy, WAITS.get(task));
        WAITS.put(task, wait);
        return wait;
    }

    /** The wait is over. Does nothing if it was never added, because its thread ran out of stack before. */
    static void remove(Waiter waiter) {
        Task task = waiter.task();
        Wait wait = WAITS.get(task);
        if (wait == null || wait.waiter != waiter) {
            return;
        }
        if (wait.outer == null) {
            WAITS.remove(task);
        } else {
            WAITS.put(task, wait.outer);
        }
    }

    /** From here on, others see that the task waits for the other. */
    static Join add(Task task, Task awaited, Instant since, DeadlockPolicy policy) {
        Join join = new Join(ARRIVALS.incrementAndGet(), task, awaited, since, policy, JOINS.get(task));
        JOINS.put(task, join);
        return join;
    }

    /** That is over. */
    static void remove(Join join) {
        join.end();
        if (JOINS.get(join.task) != join) {
            return;
        }
        if (join.outer == null) {
            JOINS.remove(join.task);
        } else {
            JOINS.put(join.task, join.outer);
        }
    }

    /** Whose end the task waits for, as it has declared. */
    static @Nullable Join joinOf(Task task) {
        return JOINS.get(task);
    }

    /** What the task waits for; perhaps it has just stopped, which the queue knows. */
    static @Nullable Wait of(Task task) {
        return WAITS.get(task);
    }

    /** Who waits. */
    static Set<Task> tasks() {
        Set<Task> tasks = new HashSet<>(WAITS.keySet());
        tasks.addAll(JOINS.keySet());
        return tasks;
    }
}
