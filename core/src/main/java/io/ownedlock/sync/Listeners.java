package io.ownedlock.sync;

import io.ownedlock.task.SafeLog;
import io.ownedlock.task.TaskInfo;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Many listeners as one that never throws. */
final class Listeners implements LockListener {

    private static final SafeLog LOG = new SafeLog(LockListener.class);

    private final List<LockListener> listeners;

    Listeners(List<? extends LockListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void acquired(LockId lock, long waitNanos) {
        tell(listener -> listener.acquired(lock, waitNanos));
    }

    @Override
    public void notAcquired(LockId lock, WaitOutcome outcome, long waitNanos) {
        tell(listener -> listener.notAcquired(lock, outcome, waitNanos));
    }

    @Override
    public void released(LockId lock, long heldNanos) {
        tell(listener -> listener.released(lock, heldNanos));
    }

    @Override
    public void abandoned(Abandonment abandonment, int waitersTold) {
        tell(listener -> listener.abandoned(abandonment, waitersTold));
    }

    @Override
    public void deadlock(LockId lock, String cycle) {
        tell(listener -> listener.deadlock(lock, cycle));
    }

    @Override
    public void deadlockWarned(LockId lock, String cycle) {
        tell(listener -> listener.deadlockWarned(lock, cycle));
    }

    @Override
    public void contended(LockId lock) {
        tell(listener -> listener.contended(lock));
    }

    @Override
    public void overdue(Overdue overdue) {
        tell(listener -> listener.overdue(overdue));
    }

    @Override
    public void sealed(Abandonment abandonment, int waitersTold) {
        tell(listener -> listener.sealed(abandonment, waitersTold));
    }

    @Override
    public void reclaimed(LockId lock, TaskInfo owner, long heldNanos) {
        tell(listener -> listener.reclaimed(lock, owner, heldNanos));
    }

    @Override
    public void repaired(LockId lock) {
        tell(listener -> listener.repaired(lock));
    }

    /**
     * Tells the listener, if there is one, that a task goes away without the lock.
     *
     * @return what the task is to throw
     */
    static <X extends RuntimeException> X told(
            @Nullable LockListener listener, LockId lock, X failure, long waitNanos) {
        if (listener != null) {
            listener.notAcquired(lock, WaitOutcome.of(failure), waitNanos);
            if (failure instanceof DeadlockException deadlock) {
                listener.deadlock(lock, deadlock.cycle());
            }
        }
        return failure;
    }

    private void tell(Consumer<LockListener> event) {
        for (LockListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException | Error e) {
                LOG.warn(() -> "A lock listener failed: " + listener.getClass().getName(), e);
            }
        }
    }
}
