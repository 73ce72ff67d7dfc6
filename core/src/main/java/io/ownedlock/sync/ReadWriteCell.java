package io.ownedlock.sync;

import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The engine of a {@link TaskReadWriteLock}: a reference to an {@link Occupancy}, which says who is inside, and a line of
 * those who want to be.
 *
 * <p>The reference is written under the monitor of the lot only, and read without. So to come in, to leave, to break and to be
 * served are each one step for everybody, and there is nothing to compare and set; the price is that an uncontended
 * acquisition takes that monitor twice, and that a reader copies the list of readers. The races, and what decides each:
 *
 * <ul>
 *   <li><em>acquire against acquire, release against break, repair against anything</em>: the monitor. A share's identity is the
 *       object: a hold that is closed late, or a sweep that comes late, does not find it inside and does nothing.
 *   <li><em>acquire against the end of the acquiring task</em>: the share is the task's hook before it is tried, and the task's
 *       state is read after it is inside ({@link OwnershipLine#confirm}). Either the end sees the hook or the acquirer sees the end.
 *   <li><em>release against park</em>: who leaves serves the line ({@link ReadWriteQueue#passOn}); who has joined it serves it
 *       too, before it parks. Both do so under the monitor.
 *   <li><em>break, grant, time-out and interrupt of one waiter</em>: who takes it out of the line decides, under the monitor.
 * </ul>
 *
 * <p>This is the way in, {@link ReadWriteExits} the way out.
 */
final class ReadWriteCell {

    private final LockId id;
    private final LockSettings settings;
    private final Ticker ticker;
    private final @Nullable LockListener listener;
    private final ReadWriteQueue queue;
    private final ReadWriteExits exits;

    /** The pair that this is the engine of. Whoever has a side of it, or a hold, keeps it from being collected and made anew. */
    @Nullable TaskReadWriteLock face;

    /** Written under the monitor of the lot. */
    private volatile Occupancy occupancy = Occupancy.CLEAN;

    /** The latest token. Under the monitor. */
    private long tokens;

    ReadWriteCell(LockId id, LockSettings settings, LockEnvironment environment) {
        this.id = id;
        this.settings = settings;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
        this.queue = new ReadWriteQueue(this, settings, environment);
        this.exits = new ReadWriteExits(this, settings, environment);
    }

    LockId id() {
        return id;
    }

    LockSettings settings() {
        return settings;
    }

    Occupancy occupancy() {
        return occupancy;
    }

    ReadWriteQueue queue() {
        return queue;
    }

    ReadWriteExits exits() {
        return exits;
    }

    /** Under the monitor of the lot. */
    void replace(Occupancy after) {
        occupancy = after;
    }

    /** For people, who do not read nanoseconds. */
    Instant instantOf(long nanos) {
        return ticker.instantOf(nanos);
    }

    /**
     * Takes one side of the lock.
     *
     * @return {@code null} if time ran out
     * @throws InterruptedException only if the patience is interruptible
     */
    @Nullable Share take(Side side, long grip, Patience patience) throws InterruptedException {
        if (patience.interruptible() && Thread.interrupted()) {
            throw new InterruptedException();
        }
        Task task = Task.current();
        Share held = reenter(task, side, grip);
        if (held != null) {
            return held;
        }
        Share share = new Share(this, side, task, grip);
        task.add(share);
        boolean taken = false;
        try {
            if (claim(share)) {
                queue.confirm(share, 0);
                taken = true;
            } else if (patience.waits()) {
                taken = queue.await(share, patience);
            }
        } finally {
            if (!taken) {
                exits.withdraw(share);
            }
        }
        return taken ? share : null;
    }

    /**
     * Takes one side of the lock for the current task, and does not wait for it here.
     *
     * @return what completes with the grip when the task has got it, and exceptionally when it will not get it
     */
    CompletableFuture<Hold> takeAsync(Side side, Patience patience) {
        Task task = Task.current();
        Share held = reenter(task, side, Ownership.HOLD_BY_FUTURE);
        if (held != null) {
            return CompletableFuture.completedFuture(new GrantHold(held, Ownership.HOLD_BY_FUTURE));
        }
        Share share = new Share(this, side, task, Ownership.HOLD_BY_FUTURE);
        task.add(share);
        try {
            if (claim(share)) {
                queue.confirm(share, 0);
                return CompletableFuture.completedFuture(new GrantHold(share, Ownership.HOLD_BY_FUTURE));
            }
            return queue.awaitAsync(share, patience);
        } catch (RuntimeException | Error e) {
            exits.withdraw(share);
            throw e;
        }
    }

    /** Adds a grip to the task's own share of this side, if it has one that is not lent. */
    private @Nullable Share reenter(Task task, Side side, long grip) {
        Share held = occupancy.of(task, side);
        requireReentrant(task, side);
        return held != null && (held == occupancy.writer() || side == Side.READ) && held.addGrip(grip) ? held : null;
    }

    private void requireReentrant(Task task, Side side) {
        Share held = heldAlready(task, side);
        if (held != null) {
            throw new IllegalMonitorStateException(
                    held.owner() + " holds " + id + " already, and it is not re-entrant");
        }
    }

    /**
     * What keeps the task from this side of a lock that is not re-entrant; {@code null} if nothing. To read while writing is no re-entry:
     * that is another lock, and how to downgrade.
     */
    private @Nullable Share heldAlready(Task task, Side side) {
        Share closest = settings.reentrant() ? null : occupancy.closestFor(task);
        return closest == null ? null : occupancy.of(closest.owner(), side);
    }

    /** Whether it may come in, as far as it is up to those inside. What is not re-entrant waits for what a future has brought. */
    boolean admits(Share share) {
        return occupancy.admits(share) && heldAlready(share.owner(), share.side()) == null;
    }

    /** Takes the share if nobody is in the way, nor in line before it. */
    private boolean claim(Share share) {
        do {
            if (enter(share, ticker.nanos())) {
                return true;
            }
            requireServed(share);
        } while (exits.abandonTheDead());
        return false;
    }

    private void requireServed(Share share) {
        requireReentrant(share.owner(), share.side());
        Occupancy seen = occupancy;
        if (share.isWriting() && seen.isOnlyReadFor(share.owner())) {
            throw noUpgrade(share);
        }
        Abandonment broken = brokenFor(share);
        if (broken != null) {
            throw Listeners.told(listener, id, new BrokenLockException(broken, null), 0);
        }
    }

    IllegalMonitorStateException noUpgrade(Share share) {
        return new IllegalMonitorStateException(share.owner() + " cannot upgrade " + id
                + " from reading to writing: two that did would wait for each other. Give back the read lock first, and"
                + " look again at what was read, or take the write lock to begin with");
    }

    /** Why the share neither comes in nor may wait for that; {@code null} if it does, or may. */
    @Nullable Abandonment brokenFor(Share share) {
        return occupancy.brokenBy(inTheWayOf(share));
    }

    /** Who has to leave before this share may come in. */
    List<Share> inTheWayOf(Share share) {
        Share held = heldAlready(share.owner(), share.side());
        List<Share> others = occupancy.inTheWayOf(share);
        if (held == null) {
            return others;
        }
        List<Share> all = new ArrayList<>(others);
        all.add(held);
        return all;
    }

    private boolean enter(Share share, long now) {
        synchronized (queue.lot().monitor()) {
            Occupancy seen = occupancy;
            if (!admits(share) || !(queue.lot().isEmpty() || seen.closestFor(share.owner()) != null)) {
                return false;
            }
            put(share, now);
            return true;
        }
    }

    /** Under the monitor: lets a share in that is admitted. */
    void put(Share share, long now) {
        Occupancy seen = occupancy;
        share.sinceNanos = now;
        share.token = tokens + 1;
        share.lender = share.isWriting() ? seen.writer() : null;
        share.setPredecessor(seen.left());
        occupancy = seen.with(share);
        tokens = share.token;
    }

    WaitTooLongException tooLong(Patience patience) {
        for (Share share : occupancy.inTheWay()) {
            return new WaitTooLongException(id, patience.time(), share.owner().info(), share.since(), share.site());
        }
        return new WaitTooLongException(id, patience.time(), null, null);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
