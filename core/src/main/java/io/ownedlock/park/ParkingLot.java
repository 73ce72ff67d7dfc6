package io.ownedlock.park;

import io.ownedlock.task.Task;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue of parked threads that can be broken: everyone in it woken at once, each with an error of its own. After the parking
 * lot of Python Trio, and WebKit's {@code ParkingLot} before it, which showed how little a lock needs besides one word if the
 * queue is a thing apart.
 *
 * <p>What differs from Trio: its tasks take turns by themselves, so a look at the lock and the decision to park are one step
 * there. Here the lot's <em>monitor</em> makes them one: a primitive says {@code synchronized (lot.monitor())} around "look, then
 * take or stay". The monitor is held for a few field writes, never while parking, waking or running anybody else's code, and the JVM
 * gives it back whatever is thrown, a {@link StackOverflowError} included, which no lock written in Java can promise.
 *
 * <p>A waiter's outcome is decided by who takes it out of the queue, under the monitor, exactly once:
 *
 * <ul>
 *   <li>the waiter itself, by {@link #remove}: granted, timed out or interrupted, as the primitive sees it;
 *   <li>somebody else, by {@link #grant}: it has got what it waited for;
 *   <li>somebody else, by {@link #fail} or {@link #failAll}: it must throw what it was told, whatever else it finds.
 * </ul>
 *
 * <p>Nobody sleeps through a change: a waiter joins the queue <em>before</em> it looks at the primitive for the last time and
 * parks, and who changes the primitive looks at the queue <em>after</em> that. Both are volatile accesses, so at least one of the
 * two sees the other, and an unpark that comes before the park is kept as a permit.
 *
 * <p>Costs: joining, leaving, failing one are constant; failing all is linear, with one field write a waiter under the monitor.
 */
public final class ParkingLot {

    private final Ticker ticker;
    private final Parker parker;
    private final @Nullable Resource resource;
    private final Object monitor;

    // All guarded by the monitor; head and size are also read without it.
    private volatile @Nullable Waiter head;
    private @Nullable Waiter tail;
    private volatile int size;

    /** Makes an empty lot on the JVM's own clock and {@link java.util.concurrent.locks.LockSupport}. */
    public ParkingLot() {
        this(Ticker.system(), Parker.system(), null);
    }

    /**
     * Makes an empty lot.
     *
     * @param resource what its waiters wait for; {@code null} if nobody can tell who will wake them
     */
    public ParkingLot(Ticker ticker, Parker parker, @Nullable Resource resource) {
        this.ticker = ticker;
        this.parker = parker;
        this.resource = resource;
        this.monitor = this;
    }

    private ParkingLot(ParkingLot sibling) {
        this.ticker = sibling.ticker;
        this.parker = sibling.parker;
        this.resource = null;
        this.monitor = sibling.monitor;
    }

    /** Makes another lot under the same monitor, whose waiters wait for nothing that is known. */
    public ParkingLot sibling() {
        return new ParkingLot(this);
    }

    /** What guards this lot, and may guard the state that decides who waits in it. To be held for a few writes only. */
    public Object monitor() {
        return monitor;
    }

    /** What the waiters wait for; {@code null} if nobody can tell who will wake them. */
    public @Nullable Resource resource() {
        return resource;
    }

    /** Joins the queue, last, for the calling thread. Does not park. */
    public Waiter join(Task task) {
        return join(task, null, false);
    }

    /**
     * Joins the queue for the calling thread. Does not park.
     *
     * @param request what for; the primitive's own business
     * @param ahead whether before all those who did not join ahead, and not last
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
     */
    public Waiter joinAsync(Task task, @Nullable Object request, boolean ahead, Consumer<Waiter> alarm) {
        Waiter waiter = new Waiter(task, request, null, alarm, ticker.nanos());
        enqueue(waiter, ahead);
        return waiter;
    }

    /**
     * Moves a waiter to the end of a sibling's queue; it goes on sleeping.
     *
     * @return {@code false} if it was not in this queue any more
     */
    public boolean move(Waiter waiter, ParkingLot sibling) {
        synchronized (monitor) {
            if (!remove(waiter)) {
                return false;
            }
            sibling.enqueue(waiter, false);
            return true;
        }
    }

    private void enqueue(Waiter waiter, boolean ahead) {
        synchronized (monitor) {
            Waiter after = ahead ? firstNotAhead() : null;
            Waiter before = after == null ? tail : after.previous;
            waiter.ahead = ahead;
            waiter.previous = before;
            waiter.next = after;
            if (before == null) {
                head = waiter;
            } else {
                before.next = waiter;
            }
            if (after == null) {
                tail = waiter;
            } else {
                after.previous = waiter;
            }
            waiter.lot = this;
            size = size + 1;
        }
    }

    private @Nullable Waiter firstNotAhead() {
        Waiter waiter = head;
        while (waiter != null && waiter.ahead) {
            waiter = waiter.next;
        }
        return waiter;
    }

    /**
     * Sleeps until unparked or interrupted, until the deadline, or for no reason. The caller has joined the queue, and has
     * looked whether it must wait since.
     *
     * @param deadline when to wake up at the latest, by the lot's ticker; {@link Long#MAX_VALUE} for never
     */
    public void park(long deadline) {
        if (deadline == Long.MAX_VALUE) {
            parker.park(this);
        } else {
            parker.parkNanos(this, deadline - ticker.nanos());
        }
    }

    /** The first in line; {@code null} if nobody waits. */
    public @Nullable Waiter first() {
        return head;
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
        synchronized (monitor) {
            if (waiter.lot != this) {
                return false;
            }
            Waiter before = waiter.previous;
            Waiter after = waiter.next;
            if (before == null) {
                head = after;
            } else {
                before.next = after;
            }
            if (after == null) {
                tail = before;
            } else {
                after.previous = before;
            }
            waiter.lot = null;
            size = size - 1;
            return true;
        }
    }

    /**
     * Takes the waiter out of the queue with what it waits for, still asleep: outside of the monitor, {@link Waiter#wake()} it.
     *
     * @return {@code false} if it was not in the queue any more
     */
    public boolean grant(Waiter waiter) {
        synchronized (monitor) {
            if (!remove(waiter)) {
                return false;
            }
            waiter.grant();
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
        synchronized (monitor) {
            ParkingLot where = waiter.lot;
            if (where == null || where.monitor != monitor || !where.remove(waiter)) {
                return false;
            }
            waiter.failWith(failure);
        }
        waiter.wake();
        return true;
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
            Waiter first = head;
            for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
                waiter.failWith(failure);
                waiter.lot = null;
            }
            head = null;
            tail = null;
            size = 0;
            return first;
        }
    }

    /**
     * Wakes a chain of waiters that {@link #failAll} took out.
     *
     * @return how many there were
     */
    public static int wakeAll(@Nullable Waiter chain) {
        int count = 0;
        for (Waiter waiter = chain; waiter != null; waiter = waiter.next) {
            waiter.wake();
            count++;
        }
        return count;
    }

    /** Whether nobody waits. */
    public boolean isEmpty() {
        return head == null;
    }

    /** How many wait. */
    public int size() {
        return size;
    }

    /** Who waits, first in line first: a snapshot. */
    public List<Waiter> waiters() {
        List<Waiter> found = new ArrayList<>();
        synchronized (monitor) {
            for (Waiter waiter = head; waiter != null; waiter = waiter.next) {
                found.add(waiter);
            }
        }
        return found;
    }
}
