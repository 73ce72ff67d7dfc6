package io.ownedlock.park;

import static java.util.Objects.requireNonNull;

import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread's wait in a lot and those it is moved to, until somebody decides. It is the task's hook from before it is in the
 * queue, so that the task's end finds it there, even if its thread has died in between.
 */
final class Parking extends ExitHook {

    private final ParkingLot lot;
    private final Task task;
    private volatile @Nullable Waiter waiter;

    Parking(ParkingLot lot, Task task) {
        this.lot = lot;
        this.task = task;
    }

    /**
     * Parks if it must.
     *
     * @param nanos how long at most, {@link Long#MAX_VALUE} for as long as it takes
     * @return {@code false} if time ran out
     */
    boolean run(BooleanSupplier mustPark, long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        task.add(this);
        try {
            return enter(mustPark) || await(nanos);
        } finally {
            Waiter left = waiter;
            if (left != null) {
                left.leave();
            }
            task.remove(this);
        }
    }

    /** Asks and joins in one step; {@code true} if there is no need to wait. */
    private boolean enter(BooleanSupplier mustPark) {
        synchronized (lot.monitor()) {
            if (!mustPark.getAsBoolean()) {
                return true;
            }
            waiter = lot.join(task);
        }
        // Pairs with the fence of the task's end: either the end finds this waiter, or this waiter finds the end.
        VarHandle.fullFence();
        return false;
    }

    private boolean await(long nanos) throws InterruptedException {
        Waiter mine = requireNonNull(waiter);
        long deadline = mine.deadline(nanos);
        boolean interrupted = false;
        try {
            for (; ; ) {
                ParkingLot where = placeOf(mine);
                if (where == null) {
                    return outcome(mine);
                }
                if (!task.isActive()) {
                    where.fail(mine, this::refusal);
                } else if (interrupted) {
                    if (mine.leave()) {
                        interrupted = false;
                        throw new InterruptedException();
                    }
                } else if (deadline != Long.MAX_VALUE && lot.nanos() - deadline >= 0) {
                    if (mine.leave()) {
                        return false;
                    }
                } else {
                    where.endDeadBreakers();
                    if (mine.lot() == where) {
                        where.park(deadline);
                        interrupted = Thread.interrupted();
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Under the monitor, since leaving the queue and the decision are two writes. */
    private @Nullable ParkingLot placeOf(Waiter mine) {
        synchronized (lot.monitor()) {
            return mine.lot();
        }
    }

    private static boolean outcome(Waiter mine) {
        Supplier<? extends RuntimeException> failure = mine.failure();
        if (failure != null) {
            throw failure.get();
        }
        return true;
    }

    private ParkRefusedException refusal() {
        return new ParkRefusedException(task + " is ending or over, and does not park");
    }

    @Override
    protected void onEnding(Task ending) {
        Waiter parked = waiter;
        if (parked == null) {
            return;
        }
        ParkingLot where = parked.lot();
        // It may have been moved meanwhile.
        while (where != null && !where.fail(parked, this::refusal)) {
            where = parked.lot();
        }
    }

    @Override
    protected void onEnded(Task ended, TaskEnd end) {
        onEnding(ended);
    }
}
