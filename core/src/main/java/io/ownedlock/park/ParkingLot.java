package io.ownedlock.park;

import io.ownedlock.task.Headroom;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
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
 * <p>To build a primitive on it: keep its state in fields, change them under the monitor, wait with {@link #parkIf parkIf}, which
 * asks under the monitor whether to, and after a change {@link #unpark} those who can go on. {@link #addBreaker Register} the
 * task on which the others depend: if it ends, the lot breaks, and they are told instead of waiting for ever. A lot is
 * broken for good; nothing parks there any more, and what is {@linkplain #repark moved} there fails.
 *
 * <p>Who may park, unpark, move and break, and who breaks it by ending, is in this class, for those who build primitives. The queue
 * underneath, {@code join}, {@code park}, {@code remove}, {@code grant}, {@code fail}, is for the library's own engines, which queue
 * futures too: {@code LotQueue} has its rules. What a thread dump shows of it is in {@code Blocker}.
 *
 * <p>A thread dump shows the lot as what a thread is parked on and, if its {@link Resource} names one task, the thread inside that
 * task as the owner. The lot is no value: that it is {@link java.io.Serializable} is an accident of how the JVM finds the owner.
 *
 * <p><b>When the application shuts down</b> the lot does not break by that alone: whoever is parked goes on waiting until it is
 * unparked, failed, out of time or interrupted. A registry that is shut down breaks those that it has made.
 *
 * <p>Costs: joining, leaving, failing one are constant; failing all is linear, with one field write a waiter under the monitor.
 *
 * <p>Safe for use by many threads. What parks or wakes is called outside of the monitor.
 */
public final class ParkingLot extends LotQueue {

    private static final long serialVersionUID = 1L;

    /** Made when first needed, under the monitor: a lock's lot has none. */
    private transient volatile @Nullable Breakers breakers;

    private final transient @Nullable Consumer<? super ParkingLot> siblings;

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
        this(ticker, parker, resource, null);
    }

    /**
     * Makes an empty lot.
     *
     * @param resource what its waiters wait for; {@code null} if nobody can tell who will wake them
     * @param siblings hears of every {@linkplain #sibling() sibling}, and of theirs; {@code null} if nobody looks after them
     */
    public ParkingLot(
            Ticker ticker,
            Parker parker,
            @Nullable Resource resource,
            @Nullable Consumer<? super ParkingLot> siblings) {
        super(ticker, parker, resource);
        this.siblings = siblings;
    }

    private ParkingLot(ParkingLot sibling) {
        super(sibling);
        this.siblings = sibling.siblings;
    }

    /** Makes another lot under the same monitor, whose waiters wait for nothing that is known. */
    public ParkingLot sibling() {
        ParkingLot made = new ParkingLot(this);
        if (siblings != null) {
            siblings.accept(made);
        }
        return made;
    }

    @Override
    ParkingLot self() {
        return this;
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
     * @param mustPark as there
     * @param atMost zero or less: do not wait
     * @return {@code false} if time ran out; it is not unparked any more then
     * @throws BrokenLotException as there
     * @throws InterruptedException as there
     * @throws ParkRefusedException as there
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
        List<Waiter> woken = new ArrayList<>();
        Waiter chain;
        Headroom.require();
        synchronized (monitor()) {
            chain = queue().cut(count, Waiter.GRANTED);
        }
        try {
            for (Waiter waiter = chain; waiter != null; waiter = waiter.next) {
                woken.add(waiter);
            }
        } finally {
            wakeAll(chain);
        }
        return woken;
    }

    /** Unparks everybody. */
    public List<Waiter> unparkAll() {
        return unpark(Integer.MAX_VALUE);
    }

    /**
     * Moves those who have waited longest to the end of another lot, in order and still asleep. If the target is broken, they fail
     * with a {@link BrokenLotException}, since it would never wake them.
     *
     * @param count how many at most; none if it is not positive
     * @throws IllegalArgumentException if the other lot does not have the same monitor, so is not a {@linkplain #sibling() sibling}
     */
    public void repark(int count, ParkingLot target) {
        if (target.monitor() != monitor()) {
            throw new IllegalArgumentException("Waiters move between siblings only: parking lots of one monitor");
        }
        Waiter failed = null;
        Headroom.require();
        synchronized (monitor()) {
            if (target.isBroken()) {
                failed = queue().cut(count, target.arrivalFailure());
            } else {
                queue().move(count, target.queue(), target);
            }
        }
        wakeAll(failed);
        // They sleep, and so cannot look for themselves whether somebody has died there already.
        target.endDeadBreakers();
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
        breakLot(culprit, null, () -> true);
    }

    /** Breaks it if it is to be, which is asked under the monitor when all that is needed has been made. */
    void breakLot(Task culprit, @Nullable TaskEnd end, BooleanSupplier condition) {
        TaskInfo by = culprit.info();
        Supplier<BrokenLotException> failure = () -> BrokenLotException.whileParked(by, end);
        Waiter chain;
        Headroom.require();
        synchronized (monitor()) {
            breakers().makeRoom();
            if (!condition.getAsBoolean()) {
                return;
            }
            breakers().broken(by);
            chain = failAll(failure);
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
        synchronized (monitor()) {
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

    @Override
    public boolean isBroken() {
        Breakers seen = breakers;
        return seen != null && seen.isBroken();
    }

    @Override
    public List<TaskInfo> brokenBy() {
        Breakers seen = breakers;
        return seen == null ? List.of() : seen.brokenBy();
    }

    /** The lot as it is now. */
    public LotStatistics statistics() {
        List<Waiter> waiting;
        List<Task> registered;
        List<TaskInfo> culprits;
        synchronized (monitor()) {
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
}
