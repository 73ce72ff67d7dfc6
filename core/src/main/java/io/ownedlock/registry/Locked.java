package io.ownedlock.registry;

import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.Primitive;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskAction;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link LockRegistry} does for code that is to run, or to have been run, under a lock. */
final class Locked {

    private Locked() {}

    /**
     * Runs an action under a lock.
     *
     * @param waitAtMost {@code null} for what the settings say
     */
    static <T extends @Nullable Object, X extends Throwable> T execute(
            TaskLock lock, @Nullable Duration waitAtMost, TaskAction<T, X> action) throws X {
        return Task.<T, X>runInAnyTask("executeLocked " + lock.id().name(), () -> {
            try (Hold ignored = waitAtMost == null ? lock.acquire() : lock.acquire(waitAtMost)) {
                return action.run();
            }
        });
    }

    static void assertHeld(Entries entries, LockId id) {
        Entry entry = entries.entry(id);
        Primitive found = entry == null ? null : entry.get();
        if (!isHeld(found)) {
            throw new IllegalStateException("Lock " + id + " is not held by " + Task.current() + ": " + owners(found)
                    + ". Probably the method that takes it was called from within its own object, past the proxy, or "
                    + "with another key, or this runs on another thread than that method. Call it through the bean, "
                    + "or take the lock here with executeLocked.");
        }
    }

    private static boolean isHeld(@Nullable Primitive found) {
        if (found instanceof TaskReadWriteLock pair) {
            return pair.readLock().isHeldForCurrentTask() || pair.writeLock().isHeldForCurrentTask();
        }
        return found instanceof TaskLock lock && lock.isHeldForCurrentTask();
    }

    private static String owners(@Nullable Primitive found) {
        List<String> holds = found == null
                ? List.of()
                : found.snapshot().holds().stream().map(Locked::describe).toList();
        return holds.isEmpty() ? "nobody holds it" : "it is held by " + String.join(", ", holds);
    }

    private static String describe(LockSnapshot.Held hold) {
        return hold.owner().label() + " since " + hold.since();
    }
}
