package io.ownedlock.park;

import io.ownedlock.task.Headroom;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link ParkingLot} that is its queue: the single steps, for the engines of the library's own primitives, which
 * queue futures too or decide by themselves who is next. A primitive built on {@link ParkingLot#parkIf parkIf} and
 * {@link ParkingLot#unpark unpark} needs none of them; they are public because the engines live in another package.
 *
 * <p>A waiter's outcome is decided by who takes it out of the queue, under the monitor, exactly once:
 *
 * <pre>
 *   outside -> queued              join, joinAsync; refused if the lot is broken, or has no room
 *   queued  -> queued elsewhere    move, repark; asleep, and never out of both queues in between
 *   queued  -> out, undecided      remove, by the waiter itself: granted, timed out or interrupted, as the primitive sees it
 *   queued  -> out, granted        grant, unpark: it has got what it waited for
 *   queued  -> out, failed         fail, failAll: it must throw what it was told, whatever else it finds
 * </pre>
 *
 * <p>The queue and each waiter's place in it are written under the monitor; first, size and a waiter's place are volatile, for
 * looks without it. Nobody sleeps through a change: a waiter joins the queue <em>before</em> it looks at the primitive for the
 * last time and parks, and who changes the primitive looks at the queue <em>after</em> that. Both are volatile accesses, so at
 * least one of the two sees the other, and an unpark that comes before the park is kept as a permit.
 */
abstract class LotQueue extends Blocker {

    private final Ticker ticker;
    private final Parker parker;
    private final Object monitor;
    private final WaitQueue queue = new WaitQueue();

    LotQueue(Ticker ticker, Parker parker, @Nullable Resource resource) {
        super(resource);
        this.ticker = ticker;
        this.parker = parker;
        this.monitor = this;
    }

    LotQueue(LotQueue sibling) {
        super(null);
        this.ticker = sibling.ticker;
        this.parker = sibling.parker;
        this.monitor = sibling.monitor;
    }

    abstract ParkingLot self();

    /** Whether it is broken, for good. */
    public abstract boolean isBroken();

    /** Who has broken it, in order; empty if it is not broken. A copy. */
    public abstract List<TaskInfo> brokenBy();

    final WaitQueue queue() {
        return queue;
    }

    final long nanos() {
        return ticker.nanos();
    }

    /** What fails those who are moved here when it is broken. */
    final Supplier<BrokenLotException> arrivalFailure() {
        List<TaskInfo> culprits = brokenBy();
        return () -> BrokenLotException.onArrival(culprits);
    }

    /** What guards this lot, and may guard the state that decides who waits in it. To be held for a few writes only. */
    public Object monitor() {
        return monitor;
    }

    /** Joins the queue, last, for the calling thread. Does not park. */
    public Waiter join(Task task) {
        return join(task, null, false);
    }

    /**
     * Joins the queue for the calling thread. Does not park.
     *
     * @param request what for; the primitive's own business
     * @param ahead whether before all those who did not join ahead, and not last; there is always room for them
     * @throws BrokenLotException if the lot is broken; nothing has joined then
     * @throws RuntimeException {@link Resource#noRoom()} if as many wait as may; nothing has joined then
     */
    public Waiter join(Task task, @Nullable Object request, boolean ahead) {
        Thread thread = Thread.currentThread();
        Waiter waiter = new Waiter(task, request, thread, self -> parker.unpark(thread), ticker.nanos());
        enqueue(waiter, ahead);
        return waiter;
    }

    /**
     * Joins the queue, last, for a future.
     *
     * @param request what for; the primitive's own business
     * @param alarm tells that somebody has decided; called once, by whoever did, so it must neither block nor throw
     * @throws BrokenLotException if the lot is broken; nothing has joined then
     * @throws RuntimeException {@link Resource#noRoom()} if as many wait as may; nothing has joined then
     */
    public Waiter joinAsync(Task task, @Nullable Object request, boolean ahead, Consumer<Waiter> alarm) {
        Waiter waiter = new Waiter(task, request, null, alarm, ticker.nanos());
        enqueue(waiter, ahead);
        return waiter;
    }

    /**
     * Moves a waiter to the end of a sibling's queue; it goes on sleeping. If the sibling is broken, it fails, since that would
     * never wake it.
     *
     * @return {@code false} if it was not in this queue any more
     */
    public boolean move(Waiter waiter, ParkingLot sibling) {
        Headroom.require();
        synchronized (monitor) {
            if (waiter.lot != this) {
                return false;
            }
            queue.unlink(waiter);
            if (!sibling.isBroken()) {
                sibling.queue().add(waiter, false);
                // Never null in between: that would look decided.
                waiter.lot = sibling;
                return true;
            }
            waiter.decide(sibling.arrivalFailure());
        }
        waiter.wake();
        return true;
    }

    private void enqueue(Waiter waiter, boolean ahead) {
        Resource crowded = null;
        Headroom.requireLittle();
        synchronized (monitor) {
            if (!isBroken()) {
                crowded = ahead ? null : crowded();
                if (crowded == null) {
                    queue.add(waiter, ahead);
                    waiter.lot = self();
                    return;
                }
            }
        }
        throw crowded == null ? BrokenLotException.onArrival(brokenBy()) : crowded.noRoom();
    }

    /** What as many wait for as may; {@code null} if there is room in line. */
    private @Nullable Resource crowded() {
        Resource resource = resource();
        return resource != null && queue.size() >= resource.maxWaiters() ? resource : null;
    }

    /**
     * Sleeps until unparked or interrupted, until the deadline, or for no reason. The caller has joined the queue, and has
     * looked whether it must wait since.
     *
     * @param deadline when to wake up at the latest, by the lot's ticker; {@link Long#MAX_VALUE} for never
     */
    public void park(long deadline) {
        enter();
        try {
            ownerMoved();
            if (deadline == Long.MAX_VALUE) {
                parker.park(this);
            } else {
                parker.parkNanos(this, deadline - ticker.nanos());
            }
        } finally {
            leave();
        }
    }

    /** The first in line; {@code null} if nobody waits. */
    public @Nullable Waiter first() {
        return queue.head();
    }

    /** The first in line of whom this is true; {@code null} if there is none. Asks under the monitor. */
    public @Nullable Waiter first(Predicate<? super Waiter> condition) {
        synchronized (monitor) {
            Waiter waiter = queue.head();
            while (waiter != null && !condition.test(waiter)) {
                waiter = waiter.next;
            }
            return waiter;
        }
    }

    /** Whether the waiter is still in the queue, and so has no outcome yet. Final only under the monitor. */
    public boolean contains(Waiter waiter) {
        return waiter.lot == this;
    }

    /**
     * Takes the waiter out of the queue: the outcome is the caller's.
     *
     * @return {@code false} if it was not in the queue any more, so the outcome is somebody else's
     */
    public boolean remove(Waiter waiter) {
        Headroom.requireLittle();
        synchronized (monitor) {
            if (waiter.lot != this) {
                return false;
            }
            queue.unlink(waiter);
            waiter.lot = null;
            return true;
        }
    }

    /**
     * Takes the waiter out of the queue with what it waits for, still asleep: outside of the monitor, {@link Waiter#wake()} it.
     *
     * @return {@code false} if it was not in the queue any more
     */
    public boolean grant(Waiter waiter) {
        Headroom.requireLittle();
        synchronized (monitor) {
            if (!remove(waiter)) {
                return false;
            }
            waiter.decide(Waiter.GRANTED);
            return true;
        }
    }

    /**
     * Takes one waiter out of this queue, or out of the sibling's it was moved to, and wakes it with an error.
     *
     * @param failure makes what the waiter throws, on its own thread
     * @return {@code false} if it was in none of them any more
     */
    public boolean fail(Waiter waiter, Supplier<? extends RuntimeException> failure) {
        Headroom.require();
        if (!failAsleep(waiter, failure)) {
            return false;
        }
        waiter.wake();
        return true;
    }

    /** Like {@link #fail}, and leaves it asleep: for who holds a lock, to {@link Waiter#wake()} it when that is given back. */
    public boolean failAsleep(Waiter waiter, Supplier<? extends RuntimeException> failure) {
        Headroom.requireLittle();
        synchronized (monitor) {
            ParkingLot where = waiter.lot;
            if (where == null || where.monitor() != monitor || !where.remove(waiter)) {
                return false;
            }
            waiter.decide(failure);
            return true;
        }
    }

    /**
     * Takes every waiter out of the queue, decided but still asleep. Under the monitor, so that a primitive can break its lot and
     * change its own state in one step; then, outside of it, {@link #wakeAll} tells them.
     *
     * @param failure makes what each waiter throws, on its own thread; called once for each
     * @return the chain of those that were waiting; {@code null} if nobody was
     */
    public @Nullable Waiter failAll(Supplier<? extends RuntimeException> failure) {
        synchronized (monitor) {
            return queue.cut(Integer.MAX_VALUE, failure);
        }
    }

    /**
     * Wakes a chain of waiters that {@link #failAll} took out.
     *
     * @return how many there were
     */
    public static int wakeAll(@Nullable Waiter chain) {
        int count = 0;
        for (Waiter waiter = chain; waiter != null; ) {
            Waiter next = waiter.next;
            waiter.forget();
            waiter.wake();
            waiter = next;
            count++;
        }
        return count;
    }

    /** Whether nobody waits. */
    public boolean isEmpty() {
        return queue.head() == null;
    }

    /** How many wait. */
    public int size() {
        return queue.size();
    }

    /** Who is next before the waiter in this queue; {@code null} if nobody is, or it is not in it. */
    public @Nullable Waiter before(Waiter waiter) {
        synchronized (monitor) {
            return waiter.lot == this ? waiter.previous : null;
        }
    }

    /**
     * Ends those tasks that wait here by a future and are gone without a word, since no thread of theirs finds that out; and those whose
     * thread has died here. Wakes the threads whose task is ending, to find it out, should the end have been struck down before it could
     * tell them. For a watchdog.
     */
    public void inspectWaiters() {
        if (isEmpty()) {
            return;
        }
        for (Waiter waiter : waiters()) {
            if (waiter.thread() == null) {
                waiter.task().endIfGone();
            } else if (!waiter.task().endIfDead() && !waiter.task().isActive()) {
                waiter.wake();
            }
        }
    }

    /** Who waits, first in line first: a snapshot. */
    public List<Waiter> waiters() {
        List<Waiter> found = new ArrayList<>();
        synchronized (monitor) {
            for (Waiter waiter = queue.head(); waiter != null; waiter = waiter.next) {
                found.add(waiter);
            }
        }
        return found;
    }
}
