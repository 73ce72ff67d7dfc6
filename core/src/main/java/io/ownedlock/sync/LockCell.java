package io.ownedlock.sync;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine of a {@link TaskLock}: one word that says who has the lock, and a lot for those who want it.
 *
 * <p>The word, {@code cell}, holds one object, and every transition is one compare-and-set of it:
 *
 * <pre>
 *   Free     -> Grant      taken; the grant copies the predecessor that Free may name
 *   Grant    -> Free       released, by whoever took off its last grip
 *   Grant    -> Free(who)  the owner ended: break; the waiters are failed
 *   Grant    -> Poisoned   the owner ended: poison; the waiters are failed
 *   Grant    -> Grant      the owner ended: hand over; the first waiter is granted
 *   Poisoned -> Free       repaired
 *   Grant    -> Grant      lent to a nested task, and given back to the lender
 * </pre>
 *
 * <p>Because a state is an object of its own, whoever compares it has the identity of the grant: a hold that was closed late,
 * or a sweep that comes late, finds another object there and does nothing. The races, and what decides each:
 *
 * <ul>
 *   <li><em>acquire against acquire, release against break, repair against anything</em>: the compare-and-set of the cell.
 *   <li><em>acquire against the end of the acquiring task</em>: the grant is the task's hook before it is tried
 *       ({@link Task#add}), and the task's state is read after it is in the cell ({@link #confirm}). Either the end sees the hook
 *       or the acquirer sees the end.
 *   <li><em>release against park</em>: see {@link ParkingLot}. A released lock wakes the first in the queue, which competes with
 *       newcomers. Who leaves the queue without the lock wakes the next, so a wake-up is never lost with its receiver.
 *   <li><em>break against park</em>: both under the lot's monitor. Who is in the queue fails, even if the lock is free before it
 *       has woken up; who comes later sees the new state.
 *   <li><em>break, time-out and interrupt of one waiter</em>: who takes it out of the queue decides.
 * </ul>
 *
 * <p>A grant may be sealed ({@link #seal}): it stays, but nobody else is served before it is gone. For the break of a loan see
 * {@link #abandon}.
 */
final class LockCell {

    private static final VarHandle CELL;

    static {
        try {
            CELL = MethodHandles.lookup().findVarHandle(LockCell.class, "cell", Cell.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LockId id;
    private final LockSettings settings;
    private final Ticker ticker;
    private final @Nullable LockListener listener;
    private final LockQueue queue;

    private volatile Cell cell = Cell.Free.CLEAN;

    /** The lock that this is the engine of. Whoever holds it, or waits, keeps the lock from being collected and made anew. */
    @Nullable TaskLock face;

    /** Conditions that somebody waits for. Under the lot's monitor. */
    private final List<TaskCondition> conditions = new ArrayList<>(0);

    /** Who has given the lock up by waiting, could not take it again, and is still to unlock it. */
    private final Map<Task, Grant> debtors = new ConcurrentHashMap<>(0);

    /** The latest token. Written only by who has just put a grant into the cell, before anybody can take it out. */
    private long tokens;

    LockCell(LockId id, LockSettings settings, LockEnvironment environment) {
        this.id = id;
        this.settings = settings;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
        this.queue = new LockQueue(this, settings, environment);
    }

    LockId id() {
        return id;
    }

    LockSettings settings() {
        return settings;
    }

    Cell state() {
        return cell;
    }

    LockQueue queue() {
        return queue;
    }

    /** For people, who do not read nanoseconds. */
    Instant instantOf(long nanos) {
        return ticker.now().minusNanos(ticker.nanos() - nanos).truncatedTo(ChronoUnit.MILLIS);
    }

    /** What the task holds of this lock, lent to a nested task or not. */
    @Nullable Grant grantOf(Task task) {
        Grant grant = cell instanceof Grant held ? held : null;
        while (grant != null && grant.owner() != task) {
            grant = grant.lender;
        }
        return grant;
    }

    /**
     * Takes the lock.
     *
     * @return {@code null} if time ran out
     * @throws InterruptedException only if the patience is interruptible
     */
    @Nullable Grant take(long grip, Patience patience) throws InterruptedException {
        if (patience.interruptible() && Thread.interrupted()) {
            throw new InterruptedException();
        }
        Task task = Task.current();
        if (cell instanceof Grant held && held.owner() == task && addGrip(held, grip)) {
            return held;
        }
        Grant grant = new Grant(this, task, grip);
        task.add(grant);
        boolean taken = false;
        try {
            if (claim(grant)) {
                confirm(grant, 0);
                taken = true;
            } else if (patience.waits()) {
                taken = queue.await(grant, patience);
            }
        } finally {
            if (!taken) {
                withdraw(grant);
            }
        }
        return taken ? grant : null;
    }

    private boolean addGrip(Grant held, long grip) {
        if (!settings.reentrant()) {
            throw notReentrant(held);
        }
        return held.addGrip(grip);
    }

    private IllegalMonitorStateException notReentrant(Grant held) {
        return new IllegalMonitorStateException(held.owner() + " holds " + id + " already, and it is not re-entrant");
    }

    /** Takes the lock if nobody is in the way. */
    private boolean claim(Grant grant) {
        for (; ; ) {
            Cell seen = cell;
            Abandonment broken = brokenFor(grant.owner(), seen);
            if (broken != null) {
                throw new BrokenLockException(broken, null);
            }
            if (mayTake(seen, grant.owner())) {
                if (seen instanceof Grant held && !settings.reentrant()) {
                    throw notReentrant(held);
                }
                if (settings.fair() && seen instanceof Cell.Free && !queue.lot().isEmpty()) {
                    return false;
                }
                if (replace(seen, grant, ticker.nanos())) {
                    return true;
                }
            } else if (!abandonIfOwnerIsDead()) {
                return false;
            }
        }
    }

    /** Why the lock does not serve the task, and will not for now; {@code null} if it does, or it is just held. */
    static @Nullable Abandonment brokenFor(Task task, Cell seen) {
        if (seen instanceof Cell.Poisoned poisoned) {
            return poisoned.abandonment();
        }
        Abandonment seal = null;
        for (Grant grant = seen instanceof Grant held ? held : null; grant != null; grant = grant.lender) {
            if (grant.owner() == task || task.isNestedIn(grant.owner())) {
                return null;
            }
            seal = seal == null ? grant.seal : seal;
        }
        return seal;
    }

    /** Whether the lock is free, or held for the task: by one it is nested in, or by itself while a loan is out. */
    static boolean mayTake(Cell seen, Task task) {
        return seen instanceof Cell.Free
                || (seen instanceof Grant held && (held.owner() == task || task.isNestedIn(held.owner())));
    }

    boolean replace(Cell seen, Grant grant, long now) {
        grant.sinceNanos = now;
        grant.token = tokens + 1;
        grant.lender = seen instanceof Grant lender ? lender : null;
        grant.setPredecessor(predecessor(seen));
        if (!CELL.compareAndSet(this, seen, grant)) {
            return false;
        }
        tokens = grant.token;
        return true;
    }

    private static @Nullable Abandonment predecessor(Cell seen) {
        return seen instanceof Cell.Free free
                ? free.predecessor()
                : seen instanceof Grant lender ? lender.predecessor() : null;
    }

    /** The second half of an acquisition: the task may have been told to end since the first. */
    void confirm(Grant grant, long waitedNanos) {
        if (!grant.owner().isActive()) {
            throw refusal(grant);
        }
        if (listener != null) {
            listener.acquired(id, waitedNanos);
        }
    }

    LockRefusedException refusal(Grant grant) {
        return new LockRefusedException(id, grant.owner() + " is ending, and gets nothing new");
    }

    /**
     * Takes the lock for the current task, and does not wait for it here.
     *
     * @return what completes with the grip when the task has got the lock, and exceptionally when it will not get it
     */
    CompletableFuture<Hold> takeAsync(Patience patience) {
        Task task = Task.current();
        if (cell instanceof Grant held && held.owner() == task && addGrip(held, Grant.HOLD)) {
            return CompletableFuture.completedFuture(new GrantHold(held));
        }
        Grant grant = new Grant(this, task, Grant.HOLD);
        task.add(grant);
        try {
            if (claim(grant)) {
                confirm(grant, 0);
                return CompletableFuture.completedFuture(new GrantHold(grant));
            }
            return queue.awaitAsync(grant, patience);
        } catch (RuntimeException | Error e) {
            withdraw(grant);
            throw e;
        }
    }

    /** The last grip of this grant was taken off. */
    void release(Grant grant) {
        boolean given = vacate(grant, Cell.Free.CLEAN);
        grant.owner().remove(grant);
        if (given && listener != null) {
            listener.released(id, ticker.nanos() - grant.sinceNanos);
        }
    }

    /** Gives the lock up for a wait, with all its grips; the predecessor stays known. */
    void suspend(Grant grant, TaskCondition condition) {
        synchronized (queue.lot().monitor()) {
            if (!conditions.contains(condition)) {
                conditions.add(condition);
            }
        }
        undo(grant);
    }

    /** A wait for a condition is over. */
    void resumed(TaskCondition condition) {
        synchronized (queue.lot().monitor()) {
            if (condition.isEmpty()) {
                conditions.remove(condition);
            }
        }
    }

    boolean hasConditionWaiters() {
        synchronized (queue.lot().monitor()) {
            return !conditions.isEmpty();
        }
    }

    /** The lock was given up by waiting, and is not coming back: what is still to be unlocked will not count. */
    void owe(Grant grant) {
        if (grant.isLocked()) {
            debtors.put(grant.owner(), grant);
        } else {
            grant.owner().remove(grant);
        }
    }

    /** Takes back one {@code lock()} of the task, or of what it owes; {@code false} if there is none. */
    boolean unlock(Task task) {
        Grant mine = grantOf(task);
        if (mine != null && mine.unlock()) {
            return true;
        }
        Grant debt = debtors.get(task);
        if (debt == null || !debt.unlock()) {
            return false;
        }
        if (!debt.isLocked()) {
            debtors.remove(task);
        }
        return true;
    }

    /** After a wait: somebody else may have closed the last hold meanwhile. */
    void requireOpen(Grant grant) {
        if (!grant.isOpen()) {
            release(grant);
            throw new IllegalMonitorStateException(
                    "The hold of " + id + " was closed while its owner, " + grant.owner() + ", waited for a condition");
        }
    }

    /** Puts back what an unfinished acquisition had replaced. */
    private void undo(Grant grant) {
        if (cell == grant) {
            Abandonment predecessor = grant.predecessor();
            vacate(grant, predecessor == null ? Cell.Free.CLEAN : new Cell.Free(predecessor));
        }
    }

    /** The task did not get the lock, or cannot make use of it. */
    void withdraw(Grant grant) {
        undo(grant);
        grant.owner().remove(grant);
    }

    /**
     * Takes the grant out of the cell, and wakes who is next. A loan goes back to its lender, who may have released it, or died,
     * in the meantime.
     */
    private boolean vacate(Grant grant, Cell.Free after) {
        Grant lender = grant.lender;
        if (!CELL.compareAndSet(this, grant, lender == null ? after : lender)) {
            return false;
        }
        if (lender != null && !lender.isOpen()) {
            vacate(lender, after);
        } else {
            abandonIfOwnerIsDead();
        }
        queue.passOn();
        return true;
    }

    /**
     * Looks at the owner, since nobody may ever tell of its death.
     *
     * @return whether it was dead: the cell has changed then
     */
    boolean abandonIfOwnerIsDead() {
        return cell instanceof Grant held && held.owner().endIfDead() && abandonEnded(held);
    }

    /** The owner is gone, if it is that; for the watchdog, which asks those who know it, too. */
    boolean abandonIfOwnerIsGone(Grant held) {
        return held.owner().endIfGone() && abandonEnded(held);
    }

    /** Somebody in charge sends the waiters away. */
    boolean breakWaiters() {
        return cell instanceof Grant held && seal(held, BreakReason.OPERATOR);
    }

    /** Fails all who wait, and all who come until the owner has released the lock: a living owner is never robbed. */
    boolean seal(Grant held, BreakReason reason) {
        Abandonment abandonment = describe(held, reason);
        Waiter failed;
        ParkingLot lot = queue.lot();
        synchronized (lot.monitor()) {
            if (cell != held || held.seal != null) {
                return false;
            }
            held.seal = abandonment;
            failed = lot.failAll(() -> new BrokenLockException(abandonment, null));
        }
        int told = ParkingLot.wakeAll(failed);
        if (listener != null) {
            listener.sealed(abandonment, told);
        }
        return true;
    }

    /** The end of a task comes to all its locks; this is for who is here before it, or after it failed. */
    private boolean abandonEnded(Grant held) {
        TaskEnd end = held.owner().ended();
        if (end != null) {
            abandon(held, end);
        }
        return end != null;
    }

    /**
     * The grant's owner has ended. If it still holds the lock, the lock goes the way of its policy and everyone in the queue is
     * told. If it had only borrowed it, the loan goes back, and the lender is told instead: it is still inside. If it has lent it,
     * nothing happens before the loan is back.
     */
    void abandon(Grant grant, TaskEnd end) {
        queue.refuse(grant);
        debtors.remove(grant.owner(), grant);
        if (cell != grant) {
            return;
        }
        Abandonment abandonment = describe(grant, BreakReason.of(end));
        Grant lender = grant.lender;
        if (lender != null) {
            lender.setPredecessor(abandonment);
            if (vacate(grant, new Cell.Free(abandonment))) {
                tell(abandonment, 0);
            }
            return;
        }
        // Made beforehand: between the two halves of a break there must be nothing that can fail.
        Throwable cause = end.failure();
        Supplier<BrokenLockException> failure = () -> new BrokenLockException(abandonment, cause);
        Cell left = without(abandonment);
        Waiter heir;
        Waiter failed = null;
        ParkingLot lot = queue.lot();
        synchronized (lot.monitor()) {
            if (cell != grant) {
                return;
            }
            conditions.forEach(TaskCondition::lineUp);
            heir = settings.onOwnerEnd() == OnOwnerEnd.HAND_OVER ? lot.first() : null;
            if (!CELL.compareAndSet(this, grant, heir == null ? left : inherited(heir, abandonment))) {
                return;
            }
            if (heir != null) {
                lot.grant(heir);
            } else {
                failed = lot.failAll(failure);
            }
        }
        if (heir != null) {
            heir.wake();
        }
        tell(abandonment, ParkingLot.wakeAll(failed));
    }

    private static Cell without(Abandonment abandonment) {
        return abandonment.policy() == OnOwnerEnd.POISON ? new Cell.Poisoned(abandonment) : new Cell.Free(abandonment);
    }

    private Grant inherited(Waiter heir, Abandonment abandonment) {
        Grant grant = LockQueue.intent(heir);
        grant.sinceNanos = ticker.nanos();
        grant.token = ++tokens;
        grant.lender = null;
        grant.setPredecessor(abandonment);
        return grant;
    }

    private void tell(Abandonment abandonment, int waitersTold) {
        if (listener != null) {
            listener.abandoned(abandonment, waitersTold);
        }
    }

    private Abandonment describe(Grant grant, BreakReason reason) {
        String incident = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        Instant now = instantOf(ticker.nanos());
        return new Abandonment(incident, id, grant.owner().info(), grant.since(), now, reason, settings.onOwnerEnd());
    }

    WaitTooLongException tooLong(Patience patience) {
        return cell instanceof Grant held
                ? new WaitTooLongException(id, patience.time(), held.owner().info(), held.since())
                : new WaitTooLongException(id, patience.time(), null, null);
    }

    boolean repair() {
        if (!(cell instanceof Cell.Poisoned poisoned) || !CELL.compareAndSet(this, poisoned, Cell.Free.CLEAN)) {
            return false;
        }
        queue.passOn();
        if (listener != null) {
            listener.repaired(id);
        }
        return true;
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
