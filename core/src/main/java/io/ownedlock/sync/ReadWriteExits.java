package io.ownedlock.sync;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Headroom;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.time.Ticker;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How shares leave a {@link ReadWriteCell}: closed, undone, or because their owner has ended. After each of these the line is
 * served, outside of the monitor, and then the listeners are told.
 *
 * <p>A writer who has died stays inside as long as somebody does who is there because of it: one nested in its task, who reads
 * or has borrowed the writing. Whoever of these leaves last, finds it. One that it was nested in, and that is inside, has the lock
 * back.
 */
final class ReadWriteExits {

    private final ReadWriteCell cell;
    private final ReadWriteQueue queue;
    private final LockSettings settings;
    private final Ticker ticker;
    private final @Nullable LockListener listener;

    ReadWriteExits(ReadWriteCell cell, LockSettings settings, LockEnvironment environment) {
        this.cell = cell;
        this.queue = cell.queue();
        this.settings = settings;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
    }

    /** The last grip of this share was taken off. */
    void release(Share share) {
        boolean left = false;
        synchronized (queue.lot().monitor()) {
            Occupancy seen = cell.occupancy();
            if (seen.canLeave(share)) {
                cell.replace(seen.closed(share));
                left = true;
            }
        }
        share.owner().remove(share);
        if (left) {
            moveOn();
            if (listener != null) {
                listener.released(cell.id(), ticker.nanos() - share.sinceNanos);
            }
        }
    }

    /** The task did not get the share, or cannot make use of it. */
    void withdraw(Share share) {
        queue.drop(share);
        share.forsake();
        boolean left = leave(share);
        share.owner().remove(share);
        if (left) {
            moveOn();
        }
    }

    /** Takes the share out as if it had not been inside. */
    private boolean leave(Share share) {
        synchronized (queue.lot().monitor()) {
            Occupancy seen = cell.occupancy();
            if (!seen.canLeave(share)) {
                return false;
            }
            cell.replace(seen.without(share, seen.left()));
            return true;
        }
    }

    /** Somebody has left. It may have been the last obstacle to giving up a dead writer; then, whoever is next is served. */
    private void moveOn() {
        Share writer = cell.occupancy().writer();
        if (writer != null && writer.owner().endIfDead()) {
            abandonEnded(writer);
        }
        queue.passOn();
    }

    /**
     * Looks at those inside, and at who is first in line, since nobody may ever tell of their death.
     *
     * @return whether anything has changed
     */
    boolean abandonTheDead() {
        Occupancy seen = cell.occupancy();
        for (Share share : seen.inside()) {
            if (share.owner().endIfDead()) {
                abandonEnded(share);
            }
        }
        Waiter first = queue.lot().first();
        boolean gone = first != null && first.task().endIfDead();
        return cell.occupancy() != seen || (gone && queue.lot().first() != first);
    }

    /** The owner is gone, if it is that; for the watchdog, which asks those who know it, too. */
    boolean abandonIfGone(Share share) {
        return share.owner().endIfGone() && abandonEnded(share);
    }

    /** The end of a task comes to all its locks; this is for who is here before it, or after it failed. */
    private boolean abandonEnded(Share share) {
        TaskEnd end = share.owner().ended();
        if (end != null) {
            abandon(share, end);
        }
        return end != null;
    }

    /**
     * The share's owner has ended. If a future was to bring it that was not told yet, nobody has been inside. If it was reading, its
     * share goes back, and that is all. If it was writing, the lock goes the way of its policy, and takes with it what the owner was
     * reading. If it had only borrowed, the loan goes back, and the lender is told instead: it is still inside, if only to read. If it
     * has lent, or somebody nested in it reads, nothing happens before those have left.
     */
    void abandon(Share share, TaskEnd end) {
        queue.refuse(share);
        if (share.recall()) {
            withdraw(share);
        } else if (share.isWriting()) {
            abandonWriter(share, end);
        } else if (leave(share)) {
            moveOn();
            if (listener != null) {
                listener.reclaimed(cell.id(), share.owner().info(), ticker.nanos() - share.sinceNanos);
            }
        }
    }

    private void abandonWriter(Share share, TaskEnd end) {
        if (!cell.occupancy().canLeave(share)) {
            // It may have died after it had left, and before it could tell anybody.
            queue.passOn();
            return;
        }
        // Made beforehand: between the two halves of a break there must be nothing that can fail.
        Instant now = cell.instantOf(ticker.nanos());
        Share survivor = cell.occupancy().survivor(share);
        Abandonment abandonment = share.describe(BreakReason.of(end), now, settings.onOwnerEnd(), survivor);
        Occupancy after = Occupancy.abandoned(abandonment);
        Throwable cause = end.failure();
        Supplier<BrokenLockException> failure = () -> new BrokenLockException(abandonment, cause);
        Waiter failed = null;
        ParkingLot lot = queue.lot();
        Headroom.require();
        boolean outdated = false;
        synchronized (lot.monitor()) {
            Occupancy seen = cell.occupancy();
            if (seen.writer() != share || (survivor == null && seen.isBorrowed(share))) {
                return;
            }
            if (survivor != seen.survivor(share)) {
                // It has let go since.
                outdated = true;
            } else if (survivor != null) {
                cell.replace(seen.returned(survivor, abandonment));
                survivor.setPredecessor(abandonment);
            } else {
                cell.replace(after);
                failed = settings.onOwnerEnd() == OnOwnerEnd.HAND_OVER ? null : lot.failAll(failure);
            }
        }
        if (outdated) {
            abandonWriter(share, end);
            return;
        }
        int told = ParkingLot.wakeAll(failed);
        moveOn();
        if (listener != null) {
            listener.abandoned(abandonment, told);
        }
    }

    boolean repair() {
        synchronized (queue.lot().monitor()) {
            if (!cell.occupancy().poisoned()) {
                return false;
            }
            cell.replace(Occupancy.CLEAN);
        }
        queue.passOn();
        if (listener != null) {
            listener.repaired(cell.id());
        }
        return true;
    }
}
