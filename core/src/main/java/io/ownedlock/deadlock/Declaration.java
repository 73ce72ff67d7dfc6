package io.ownedlock.deadlock;

import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import java.util.concurrent.atomic.AtomicBoolean;

/** Something a task has declared to wait for, until it is closed or that task is over. */
final class Declaration extends ExitHook implements Joining {

    private final Arrival arrival;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** For the thread inside the task; others do not see the arrival yet. */
    Declaration(Arrival arrival) {
        this.arrival = arrival;
        arrival.task.add(this);
    }

    /** Once only: a hook that is unlinked twice tears its neighbours out. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            KnownWaits.remove(arrival);
            arrival.task.remove(this);
        }
    }

    @Override
    protected void onEnded(Task task, TaskEnd end) {
        KnownWaits.remove(arrival);
    }
}
