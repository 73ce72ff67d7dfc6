package io.ownedlock.sync;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
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

    static List<String> names(List<TaskInfo> tasks) {
        return tasks.stream().map(TaskInfo::name).toList();
    }
}
