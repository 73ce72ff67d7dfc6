package io.ownedlock.spring.observe;

import static java.util.Objects.requireNonNull;

import io.ownedlock.spring.LockEvent.Operation;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.Primitive;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskReadWriteLock;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What came of an operation on a lock. Only those who wait are ever sent away: nothing that can be done here takes a lock from an owner
 * that lives.
 *
 * @param done whether there was anything to do
 * @param message what was done, or why it was not; for people
 */
record Intervention(boolean done, String message) {

    /**
     * Does it.
     *
     * @param taskId who is to wait no longer; only for {@link Operation#CANCEL_WAITER}, which needs it
     */
    static Intervention perform(Operation operation, Primitive on, @Nullable Long taskId) {
        return switch (operation) {
            case REPAIR -> repair(on);
            case BREAK_WAITERS -> breakWaiters(on);
            case CANCEL_WAITER -> cancelWaiter(on, requireNonNull(taskId, "taskId"));
        };
    }

    private static Intervention repair(Primitive on) {
        BooleanSupplier repair =
                on instanceof TaskLock lock ? lock::repair : on instanceof TaskReadWriteLock pair ? pair::repair : null;
        if (repair == null) {
            return refused("It is a " + kind(on) + ", which is never poisoned.");
        }
        return repair.getAsBoolean() ? done("It was poisoned, and is free again.") : refused("It is not poisoned.");
    }

    private static Intervention breakWaiters(Primitive on) {
        BooleanSupplier breakWaiters = on instanceof TaskLock lock
                ? lock::breakWaiters
                : on instanceof TaskReadWriteLock pair ? pair::breakWaiters : null;
        if (breakWaiters == null) {
            return refused(
                    "It is a " + kind(on) + ", and has no one owner to wait for: cancel its waiters one by one.");
        }
        if (breakWaiters.getAsBoolean()) {
            return done(
                    "It is sealed: those who waited were sent away, and so are those who come, until its owner has released it.");
        }
        return refused(
                on.state() == LockState.SEALED
                        ? "It is sealed already: nobody waits for its owner."
                        : "Nobody holds it, so nobody waits for an owner.");
    }

    private static Intervention cancelWaiter(Primitive on, long taskId) {
        return on.cancelWaiter(taskId)
                ? done("Task #" + taskId + " does not wait for it any more.")
                : refused("Task #" + taskId + " does not wait in line for it.");
    }

    private static String kind(Primitive primitive) {
        return primitive.kind().name().toLowerCase(Locale.ROOT);
    }

    private static Intervention done(String message) {
        return new Intervention(true, message);
    }

    private static Intervention refused(String message) {
        return new Intervention(false, message);
    }
}
