package io.ownedlock.spring;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockId;
import io.ownedlock.task.TaskInfo;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something went wrong with a lock, or was mended or done by hand: an application event, one for each incident and not for each waiter. A method with
 * {@code @EventListener} that takes this hears of all of it, one that takes a record of it of that.
 *
 * <p>It arrives on the thread that found it out: that of the owner that ended, of who came next, or of the watchdog, with no lock of the
 * library held. A listener must not block, since that thread does nothing else meanwhile, the watchdog included; what takes time
 * goes to another thread, with {@code @Async} for one. What a listener throws is logged and harms neither the lock nor its waiters;
 * as ever in Spring, the event listeners after it do not hear of that event. Events are text and times only, so that they can be kept.
 */
public sealed interface LockEvent {

    /** Which lock. */
    LockId lock();

    /**
     * A task ended and still held a lock.
     *
     * @param abandonment whose fault, since when, and what became of the lock
     * @param waitersTold how many were waiting and have been told
     */
    record Abandoned(Abandonment abandonment, int waitersTold) implements LockEvent {
        @Override
        public LockId lock() {
            return abandonment.lock();
        }
    }

    /**
     * Nobody may wait for an owner of a lock until it has released it.
     *
     * @param abandonment who is in the way, since when, and why
     * @param waitersTold how many were waiting and have been told
     */
    record Sealed(Abandonment abandonment, int waitersTold) implements LockEvent {
        @Override
        public LockId lock() {
            return abandonment.lock();
        }
    }

    /**
     * An owner has held a lock for longer than it may.
     *
     * @param overdue who, since when, and where it is
     */
    record Overdue(io.ownedlock.sync.Overdue overdue) implements LockEvent {
        @Override
        public LockId lock() {
            return overdue.lock();
        }
    }

    /**
     * A wait would never end.
     *
     * @param lock what the victim waits for
     * @param cycle who waits for whom, a line for each
     * @param refused whether it was refused; it goes on where deadlocks are only warned of
     */
    record Deadlock(LockId lock, String cycle, boolean refused) implements LockEvent {}

    /**
     * A task ended and still held a permit, a token or the read side of a lock, which went back to the others.
     *
     * @param lock of what it held a share
     * @param owner the task that ended
     * @param held for how long it held it
     */
    record Reclaimed(LockId lock, TaskInfo owner, Duration held) implements LockEvent {}

    /**
     * A poisoned lock was repaired.
     *
     * @param lock which lock
     */
    record Repaired(LockId lock) implements LockEvent {}

    /**
     * Somebody in charge did something about a lock at the endpoint. What came of it, a {@link Repaired} or a {@link Sealed}, is an event
     * of its own, which comes before this one.
     *
     * @param lock which lock
     * @param operation what was done
     * @param taskId the id of the task whose wait was ended; {@code null} if it was something else
     * @param who the name of who did it; {@code anonymous} if the application does not know
     * @param why as this one has said, with control characters replaced
     */
    record Operated(
            LockId lock, Operation operation, @Nullable Long taskId, String who, String why) implements LockEvent {}

    /** What somebody in charge can do about a lock. */
    enum Operation {
        /** Free it, if it is poisoned. */
        REPAIR,
        /** Send away everyone who waits, and everyone who comes, until the owner has released it. */
        BREAK_WAITERS,
        /** Send away one who waits. */
        CANCEL_WAITER
    }
}
