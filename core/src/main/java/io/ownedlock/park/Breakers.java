package io.ownedlock.park;

import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.task.TaskInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who breaks a lot by ending, and who has broken it. Guarded by the lot's monitor; what a task's end finds there, and not the
 * task's own list of hooks, decides between taking a registration back and breaking.
 */
final class Breakers {

    /** One registration. */
    private final class Registration extends ExitHook {

        private final Task task;

        Registration(Task task) {
            this.task = task;
        }

        @Override
        protected void onEnded(Task ended, TaskEnd end) {
            lot.breakLot(ended, end, () -> registered.remove(this));
        }

        @Override
        public String toString() {
            return "Breaker " + task;
        }
    }

    private final ParkingLot lot;
    private final List<Registration> registered = new ArrayList<>();
    private final ArrayList<TaskInfo> brokenBy = new ArrayList<>(1);
    private volatile boolean broken;

    Breakers(ParkingLot lot) {
        this.lot = lot;
    }

    void register(Task task) {
        // Its thread may be dead, and nobody have told.
        if (task.endIfDead()) {
            throw over(task);
        }
        Registration registration = new Registration(task);
        // First here, so that the task's end, from the moment it knows of this, finds it.
        synchronized (lot.monitor()) {
            registered.add(registration);
        }
        boolean watched = false;
        boolean taken = false;
        try {
            watched = task.watch(registration);
        } finally {
            // If a watchdog has found it here since, its end has broken the lot, and that is all there was to do.
            taken = !watched && take(registration);
        }
        if (taken) {
            throw over(task);
        }
    }

    private static BrokenLotException over(Task task) {
        return new BrokenLotException(
                "A task that is over cannot become a breaker of a parking lot: " + task, List.of(task.info()), null);
    }

    void unregister(Task task) {
        Registration found = oldestOf(task);
        if (found == null) {
            throw new IllegalStateException(task + " is not registered as a breaker of this parking lot");
        }
        task.unwatch(found);
    }

    private @Nullable Registration oldestOf(Task task) {
        synchronized (lot.monitor()) {
            for (int i = 0; i < registered.size(); i++) {
                if (registered.get(i).task == task) {
                    return registered.remove(i);
                }
            }
            return null;
        }
    }

    private boolean take(Registration registration) {
        synchronized (lot.monitor()) {
            return registered.remove(registration);
        }
    }

    /** Ends those whose thread is dead, since nobody else may ever tell; outside of the monitor. */
    void endTheDead() {
        for (Task task : tasks()) {
            task.endIfDead();
        }
    }

    /**
     * The same, and those of which others know that they are gone. An end that was struck down before it could break the lot left
     * its registration here.
     */
    void endTheGone() {
        List<Registration> all;
        synchronized (lot.monitor()) {
            all = List.copyOf(registered);
        }
        for (Registration registration : all) {
            Task task = registration.task;
            TaskEnd end = task.endIfGone() ? task.ended() : null;
            if (end != null) {
                registration.onEnded(task, end);
            }
        }
    }

    List<Task> tasks() {
        synchronized (lot.monitor()) {
            return registered.stream().map(registration -> registration.task).toList();
        }
    }

    /** Under the monitor: what {@link #broken} needs. */
    void makeRoom() {
        brokenBy.ensureCapacity(brokenBy.size() + 1);
    }

    /** Under the monitor. */
    void broken(TaskInfo by) {
        brokenBy.add(by);
        broken = true;
    }

    /** Written under the monitor. */
    boolean isBroken() {
        return broken;
    }

    List<TaskInfo> brokenBy() {
        synchronized (lot.monitor()) {
            return List.copyOf(brokenBy);
        }
    }
}
