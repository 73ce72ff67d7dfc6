package io.ownedlock.sync;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.util.List;

/** What the tests of the read/write pair share. */
abstract class ReadWriteTesting extends LockTesting {

    TaskReadWriteLock newPair(LockSettings settings) {
        return TaskReadWriteLock.create(new LockId("order", "42"), settings, environment());
    }

    /** A task that has taken this side, and has no thread inside. */
    static Task holder(String name, ReadWriteSide side) {
        Task task = Task.start(name, TaskKind.REQUEST);
        in(task, side::acquire);
        return task;
    }

    /** A thread that acquires this side in a task of its own, and returns the hold. */
    static Actor<Hold> acquirer(String name, ReadWriteSide side) {
        return inOwnTask(name, side::acquire);
    }

    /** The same, and it waits. */
    static Actor<Hold> waiter(String name, TaskReadWriteLock pair, ReadWriteSide side) {
        return acquirer(name, side).awaitParkedOn(pair.lot());
    }

    /** Who reads, and nothing else. */
    static List<String> readers(TaskReadWriteLock pair) {
        return owners(pair, false);
    }

    /** Who writes, and whom it has borrowed that from. */
    static List<String> writers(TaskReadWriteLock pair) {
        return owners(pair, true);
    }

    private static List<String> owners(TaskReadWriteLock pair, boolean exclusive) {
        return pair.snapshot().holds().stream()
                .filter(held -> held.exclusive() == exclusive)
                .map(held -> held.owner().name())
                .toList();
    }
}
