package io.ownedlock.park;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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
 * <p>To build a primitive on it: keep its state in fields, change them under the monitor, wait with {@link #parkIf parkIf}, which
 * asks under the monitor whether to, and after a change {@link #unpark} those who can go on. {@link #addBreaker Register} the
 * task on which the others depend: if it ends, the lot breaks, and they are told instead of waiting for ever. A lot is
 * broken for good; nothing parks there any more, and what is {@linkplain #repark moved} there fails. The methods below that
 * ({@code join}, {@code park}, {@code remove}, {@code grant}, {@code fail}) are the single steps for primitives that queue
 * futures, or decide by themselves who is next.
 *
 * <p>Costs: joining, leaving, failing one are constant; failing all is linear, with one field write a waiter under the monitor.
 */
public final class ParkingLot {

    private final Ticker ticker;
    private final Parker parker;
    private final @Nullable Resource resource;
    private final Object monitor;
    private final WaitQueue queue = new WaitQueue();

    /** Made when first needed, under the monitor: a lock's lot has none. */
    private volatile @Nullable Breakers breakers;

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
     * @throws BrokenLotException if the lot is broken; nothing has joined then
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
            if (!isBroken()) {
                queue.add(waiter, ahead);
                waiter.lot = this;
                return;
            }
        }
        throw BrokenLotException.onArrival(brokenBy());
    }

    /**
     * Parks the calling thread, first come, first served, until it is {@linkplain #unpark unparked}, if it must. After a
     * {@code true} answer nothing can happen to the lot before the thread is in the queue.
     *
     * @param mustPark looks whether there is a need to wait, and takes what there is no need to wait for; called once, on the
     *     calling thread under the {@linkplain #monitor() monitor}, so it must only read and write a few fields
     * @throws BrokenLotException if it must and the lot is broken, at once, or if it is broken while this is parked
     * @throws InterruptedException if the thread is or was interrupted before it was unparked
     * @throws ParkRefusedException if the current task is ending, or ends while this is parked
     */
    public void parkIf(BooleanSupplier mustPark) throws InterruptedException {
        new Parking(this, Task.current()).run(mustPark, Long.MAX_VALUE);
    }

    /**
     * Like {@link #parkIf(BooleanSupplier)}, and parks at most so long.
     *
     * @return {@code false} if time ran out; it is not unparked any more then
     */
    public boolean parkIf(BooleanSupplier mustPark, Duration atMost) throws InterruptedException {
        return new Parking(this, Task.current()).run(mustPark, TimeUnit.NANOSECONDS.convert(atMost));
    }

    /**
     * Unparks those who have waited longest: they are out of the queue when this returns, each of them for good.
     *
     * @param count how many at most; none if it is not positive
     * @return who they are, in order
     */
    public List<Waiter> unpark(int count) {
        Waiter chain;
        synchronized (monitor) {
            chain = queue.cut(count, Waiter.GRANTED);
        }
        wakeAll(chain);
        List<Waiter> woken = new ArrayList<>();
        for (Waiter waiter = chain; waiter != null; waiter = waiter.next) {
            woken.add(waiter);
        }
        return woken;
    }

    /** Unparks everybody. */
    public List<Waiter> unparkAll() {
        return unpark(Integer.MAX_VALUE);
    }

    /**
     * Moves those who have waited longest to the end of another lot, in order and still asleep. Is the other one broken, they
     * fail with a {@link BrokenLotException}, since it would never wake them.
     *
     * @param count how many at most; none if it is not positive
     * @throws IllegalArgumentException if the other lot does not have the same monitor, so is not a {@linkplain #sibling() sibling}
     */
    public void repark(int count, ParkingLot target) {
        if (target.monitor != monitor) {
            throw new IllegalArgumentException("Waiters move between siblings only: parking lots of one monitor");
        }
        Waiter failed = null;
        synchronized (monitor) {
            if (target.isBroken()) {
                failed = queue.cut(count, target.arrivalFailure());
            } else {
                queue.move(count, target.queue, target);
            }
        }
        wakeAll(failed);
    }

    private Supplier<BrokenLotException> arrivalFailure() {
        List<TaskInfo> culprits = brokenBy();
        return () -> BrokenLotException.onArrival(culprits);
    }

    /** Moves everybody. */
    public void reparkAll(ParkingLot target) {
        repark(Integer.MAX_VALUE, target);
    }

    /** Like {@link #breakLot(Task)} by the current task. */
    public void breakLot() {
        breakLot(Task.current());
    }

    /**
     * Breaks the lot for good: those who are parked fail with a {@link BrokenLotException}, and whoever is to park later does.
     * Breaking it again adds to who is to blame.
     *
     * @param culprit who is to blame; need not take part, nor go on
     */
    public void breakLot(Task culprit) {
        breakLot(culprit, null);
    }

    void breakLot(Task culprit, @Nullable Throwable cause) {
        TaskInfo by = culprit.info();
        Waiter chain;
        synchronized (monitor) {
            breakers().broken(by);
            chain = failAll(() -> BrokenLotException.whileParked(by, cause));
        }
        wakeAll(chain);
    }

    /**
     * Lets the end of a task break this lot, with what it failed with as the cause. Any task may be registered by anybody, more
     * than once; each registration breaks the lot once, in the order in which they were made. Either it is registered, and its end
     * breaks the lot, or it is over already.
     *
     * @throws BrokenLotException if the task is over already; the lot is not broken by it then
     */
    public void addBreaker(Task task) {
        breakers().register(task);
    }

    /**
     * Takes one registration of the task back.
     *
     * @throws IllegalStateException if there is none
     */
    public void removeBreaker(Task task) {
        breakers().unregister(task);
    }

    private Breakers breakers() {
        synchronized (monitor) {
            Breakers seen = breakers;
            if (seen == null) {
                seen = new Breakers(this);
                breakers = seen;
            }
            return seen;
        }
    }

    /** Ends those breakers that are gone without a word; the lot is broken then. For a watchdog. */
    public void inspectBreakers() {
        Breakers seen = breakers;
        if (seen != null) {
            seen.endTheGone();
        }
    }

    void endDeadBreakers() {
        Breakers seen = breakers;
        if (seen != null) {
            seen.endTheDead();
        }
    }

    /** Whether it is broken, for good. */
    public boolean isBroken() {
        Breakers seen = breakers;
        return seen != null && seen.isBroken();
    }

    /** Who has broken it, in order; empty if it is not broken. A copy. */
    public List<TaskInfo> brokenBy() {
        Breakers seen = breakers;
        return seen == null ? List.of() : seen.brokenBy();
    }

    /** The lot as it is now. */
    public LotStatistics statistics() {
        List<Waiter> waiting;
        List<Task> registered;
        List<TaskInfo> culprits;
        synchronized (monitor) {
            Breakers seen = breakers;
            waiting = waiters();
            registered = seen == null ? List.of() : seen.tasks();
            culprits = brokenBy();
        }
        return new LotStatistics(
                waiting.stream().map(waiter -> waiter.task().info()).toList(),
                registered.stream().map(Task::info).toList(),
                culprits);
    }

    long nanos() {
        return ticker.nanos();
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
        return queue.head();
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
        if (!failAsleep(waiter, failure)) {
            return false;
        }
        waiter.wake();
        return true;
    }

    /** Like {@link #fail}, and leaves it asleep: for who holds a lock, to {@link Waiter#wake()} it when that is given back. */
    public boolean failAsleep(Waiter waiter, Supplier<? extends RuntimeException> failure) {
        synchronized (monitor) {
            ParkingLot where = waiter.lot;
            if (where == null || where.monitor != monitor || !where.remove(waiter)) {
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
        for (Waiter waiter = chain; waiter != null; waiter = waiter.next) {
            waiter.wake();
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
