package io.ownedlock.storm;

import io.ownedlock.task.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A task as the storm knows it: what it has taken, and what is on its way to it. */
final class Frame {

    /** One thing taken and not given back; how to give it back, and whether anybody may do that on any thread. */
    record Grip(Place place, boolean exclusive, AutoCloseable hold, boolean movable) {}

    final Task task;
    private final Frame host;
    final Deque<Grip> grips = new ArrayDeque<>();
    final Deque<CompletableFuture<?>> futures = new ArrayDeque<>();
    private final Set<Place> places = new HashSet<>();
    private boolean over;

    Frame(Task task, Frame host) {
        this.task = task;
        this.host = host;
    }

    /** Whether this is the other one, or nested in it. */
    boolean isWithin(Frame other) {
        for (Frame frame = this; frame != null; frame = frame.host) {
            if (frame == other) {
                return true;
            }
        }
        return false;
    }

    boolean isWithin(long taskId) {
        for (Frame frame = this; frame != null; frame = frame.host) {
            if (frame.task.id() == taskId) {
                return true;
            }
        }
        return false;
    }

    /** Whether a future may make this one be at home anywhere, all of a sudden. */
    boolean hasFutures() {
        return !futures.isEmpty() || (host != null && host.hasFutures());
    }

    void enter(Place place, boolean exclusive) {
        places.add(place);
        place.occupants().enter(this, exclusive);
    }

    void take(Grip grip) {
        enter(grip.place(), grip.exclusive());
        grips.push(grip);
    }

    void giveBack(Grip grip) {
        grips.remove(grip);
        grip.place().occupants().leave(this, grip.exclusive());
        close(grip.hold());
    }

    static void close(AutoCloseable hold) {
        try {
            hold.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    void giveAllBack() {
        for (CompletableFuture<?> future : futures) {
            future.cancel(false);
        }
        for (Grip grip : new ArrayList<>(grips)) {
            giveBack(grip);
        }
    }

    boolean isOver() {
        return over;
    }

    /** It ends without a word, and what it has is anybody's. */
    void abandon() {
        over = true;
        grips.clear();
        places.forEach(place -> place.occupants().leaveAltogether(this));
    }

    @Override
    public String toString() {
        return String.valueOf(task);
    }
}
