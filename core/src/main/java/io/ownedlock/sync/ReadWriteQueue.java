package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Waiter;
import io.ownedlock.task.Headroom;
import io.ownedlock.task.Task;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a {@link ReadWriteCell}, readers and writers in one line. They are let in from its head, as many as go together,
 * before they are awake: nobody overtakes, so neither side starves. Only who is at home inside already does not queue.
 */
final class ReadWriteQueue extends OwnershipLine<Share> {

    private final ReadWriteCell cell;

    ReadWriteQueue(ReadWriteCell cell, LockSettings settings, LockEnvironment environment) {
        super(cell.id(), settings, environment);
        this.cell = cell;
    }

    /** A writer waits for every reader, a reader for a writer inside; and both for who is in line before them. */
    @Override
    public List<Share> holdings() {
        return cell.occupancy().inTheWay();
    }

    @Override
    public List<Share> inTheWayOf(Waiter waiter) {
        // Who is letting go gets on by itself, whatever its task waits for.
        return cell.inTheWayOf(intent(waiter)).stream().filter(Share::isOpen).toList();
    }

    /** Nobody overtakes here. */
    @Override
    boolean isFair() {
        return true;
    }

    /** Somebody it is nested in is inside, and it waits for its siblings. */
    @Override
    boolean isAtHome(Task task) {
        return cell.occupancy().closestFor(task) != null;
    }

    /** Serves the line, of which the waiter may be the head by now; who is at home inside by now need not be. */
    @Override
    public boolean claim(Waiter waiter) {
        passOn();
        return waiter.isGranted()
                || (isNextAtHome(waiter) && grant(() -> lot.contains(waiter) ? waiter : null) != null);
    }

    private boolean isNextAtHome(Waiter waiter) {
        return isAtHome(waiter.task()) && cell.admits(intent(waiter));
    }

    @Override
    boolean abandonTheDead() {
        return cell.exits().abandonTheDead();
    }

    /** Lets in from the head of the line: a writer, or readers up to the next writer. */
    @Override
    public void passOn() {
        for (Waiter next = grant(lot::first); next != null; next = grant(lot::first)) {
            next.wake();
        }
        lookAtHome();
    }

    @Override
    @Nullable Waiter settleAtHome() {
        Waiter admitted = grant(this::firstAtHome);
        return admitted == null ? refuseUpgrade() : admitted;
    }

    /** A thread that joined before what it holds, in an outer task, was all the reading there is, would wait for itself. */
    private @Nullable Waiter refuseUpgrade() {
        Waiter found = lot.first(this::isUpgrade);
        return found != null && lot.failAsleep(found, () -> cell.noUpgrade(intent(found))) ? found : null;
    }

    /** Not, if another thread is in the task that reads, or a future has brought it the reading: either can give it back. */
    private boolean isUpgrade(Waiter waiter) {
        Share closest = intent(waiter).isWriting() ? cell.occupancy().closestFor(waiter.task()) : null;
        return closest != null
                && !closest.isWriting()
                && !closest.isByFuture()
                && waiter.thread() != null
                && closest.owner().inside() == waiter.thread();
    }

    private @Nullable Waiter firstAtHome() {
        return lot.first(this::isNextAtHome);
    }

    /** Lets in one of those in line, chosen under the monitor; {@code null} if it cannot come in, or there is none. */
    private @Nullable Waiter grant(Supplier<@Nullable Waiter> choice) {
        if (lot.isEmpty()) {
            return null;
        }
        Headroom.require();
        long now = ticker.nanos();
        synchronized (lot.monitor()) {
            Waiter chosen = choice.get();
            if (chosen == null) {
                return null;
            }
            Share share = intent(chosen);
            // Inside already, and in line still, if somebody was struck down between the two steps.
            if (!cell.occupancy().canLeave(share)) {
                if (!cell.admits(share)) {
                    return null;
                }
                cell.put(share, now);
            }
            lot.grant(chosen);
            return chosen;
        }
    }

    @Override
    List<Share> inside() {
        return cell.occupancy().inside();
    }

    @Override
    boolean hasLetGo(Share share) {
        return cell.occupancy().hasLetGo(share);
    }

    @Override
    @Nullable Abandonment brokenFor(Waiter waiter) {
        return cell.brokenFor(intent(waiter));
    }

    @Override
    Share intent(Waiter waiter) {
        return (Share) requireNonNull(waiter.request());
    }

    @Override
    public String toString() {
        return cell.id().toString();
    }
}
