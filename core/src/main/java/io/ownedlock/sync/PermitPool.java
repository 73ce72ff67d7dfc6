package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Resource;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.time.Ticker;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The engine of semaphore and limiter: so many permits, who holds one, and a queue. Everything is guarded by the lot's monitor,
 * so each step below is one step for everybody:
 *
 * <ul>
 *   <li><em>taking a free permit</em>, which only happens while nobody queues: there is no barging;
 *   <li><em>passing on</em>: as many as are free go to those who have waited longest, before they are awake. It follows every
 *       step that may have freed one, and every joining, so a permit is never free while somebody queues;
 *   <li><em>giving back, and reclaiming at the owner's end</em>: who takes the claim out of {@code HELD} frees its permit, once.
 * </ul>
 *
 * <p>A claim is its task's hook before it is in the queue, and the task's state is read after it was granted, so either the
 * task's end finds the claim, or the asker finds the end. Neither listeners nor liveness checks run under the monitor; a borrower's
 * {@code equals} does not either, see {@link Borrower}.
 */
final class PermitPool implements Resource, Turn {

    static final long UNBOUNDED = Long.MAX_VALUE;

    private final LockId id;
    private final Ticker ticker;
    private final @Nullable LockListener listener;
    private final ParkingLot lot;
    private final Waits waits;
    private final Map<Borrower, Claim> borrowers = new HashMap<>();

    // All guarded by the monitor.
    /** How many permits there are; a semaphore's does not change, see {@link #taken}. */
    private long total;

    /** How many more than that are not to exist; a limiter's is its total. */
    private long maximum;

    /** How many permits are out. Negative if more were released than taken, and more than the total if that was lowered. */
    private long taken;

    /** How many of those have an owner. */
    private int owned;

    private @Nullable Claim oldest;
    private @Nullable Claim newest;

    PermitPool(LockId id, long total, long maximum, LockEnvironment environment) {
        this.id = requireNonNull(id, "id");
        this.ticker = environment.ticker();
        this.listener = environment.audience();
        this.total = total;
        this.maximum = maximum;
        this.lot = new ParkingLot(ticker, environment.parker(), this);
        this.waits = new Waits(id, lot, environment);
    }

    LockId id() {
        return id;
    }

    ParkingLot lot() {
        return lot;
    }

    Object monitor() {
        return lot.monitor();
    }

    /** For people, who do not read nanoseconds. */
    Instant instantOf(long nanos) {
        return ticker.now().minusNanos(ticker.nanos() - nanos).truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * Takes a permit.
     *
     * @return {@code false} if time ran out
     * @throws InterruptedException only if the patience is interruptible
     */
    boolean take(Claim claim, Patience patience) throws InterruptedException {
        if (patience.interruptible() && Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean taken = false;
        try {
            register(claim);
            long waited = 0;
            boolean got = takeFree(claim);
            if (!got && patience.waits()) {
                Waiter waiter = join(claim, lot.join(claim.asker(), claim, false));
                got = waits.await(waiter, this, patience);
                waited = waited(waiter);
            }
            if (got) {
                confirm(claim, waited);
                taken = true;
            }
        } finally {
            if (!taken) {
                drop(claim);
            }
        }
        return taken;
    }

    /** Like {@link #take} with the interruption as a {@link LockInterruptedException}. */
    boolean takeOrThrow(Claim claim, Patience patience) {
        try {
            return take(claim, patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LockInterruptedException(id, e);
        }
    }

    /** The intent, before anything is taken or queued: hooks first. */
    void register(Claim claim) {
        claim.announce();
        Borrower borrower = claim.borrower;
        if (borrower == null) {
            return;
        }
        synchronized (monitor()) {
            if (claim.state != Claim.State.INTENT || borrowers.putIfAbsent(borrower, claim) == null) {
                return;
            }
        }
        throw new IllegalStateException((borrower.object() instanceof Task task ? task.toString() : "The borrower")
                + " has a token of " + id + ", or waits for one already");
    }

    Waiter join(Claim claim, Waiter waiter) {
        claim.waiter = waiter;
        // Pairs with the fence of the task's end: either the end finds this waiter, or this waiter finds the end.
        VarHandle.fullFence();
        return waiter;
    }

    boolean takeFree(Claim claim) {
        do {
            long now = ticker.nanos();
            synchronized (monitor()) {
                if (total - taken > 0 && lot.isEmpty() && hold(claim, now)) {
                    return true;
                }
            }
        } while (reclaimFromTheDead());
        return false;
    }

    /** The last step of an acquisition: a task may have been told to end since the first. */
    void confirm(Claim claim, long waitedNanos) {
        synchronized (monitor()) {
            if (claim.state != Claim.State.HELD) {
                throw claim.refusal();
            }
        }
        if (!claim.mayGoOn()) {
            throw claim.refusal();
        }
        if (claim.isShared()) {
            disown(claim);
            return;
        }
        claim.settle();
        if (listener != null) {
            listener.acquired(id, waitedNanos);
        }
    }

    /** Under the monitor. */
    private boolean hold(Claim claim, long now) {
        if (claim.state != Claim.State.INTENT) {
            return false;
        }
        claim.sinceNanos = now;
        claim.older = newest;
        if (newest == null) {
            oldest = claim;
        } else {
            newest.newer = claim;
        }
        newest = claim;
        owned++;
        taken++;
        claim.state = Claim.State.HELD;
        return true;
    }

    /**
     * Ends the claim, however far it had got.
     *
     * @param permitBack whether its permit goes back to the pool
     * @return whether it held one until now
     */
    private boolean finish(Claim claim, boolean permitBack) {
        boolean held;
        synchronized (monitor()) {
            held = claim.state == Claim.State.HELD;
            if (held) {
                unlink(claim);
                owned--;
                taken -= permitBack ? 1 : 0;
            }
            if (claim.borrower != null && borrowers.get(claim.borrower) == claim) {
                borrowers.remove(claim.borrower);
            }
            claim.state = Claim.State.DONE;
        }
        return held;
    }

    private void unlink(Claim claim) {
        Claim before = claim.older;
        Claim after = claim.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
    }

    /** An acquisition that came to nothing. */
    void drop(Claim claim) {
        Waiter waiter = claim.waiter;
        if (waiter != null) {
            lot.remove(waiter);
        }
        finish(claim, true);
        claim.retire();
        passOn();
    }

    /**
     * The permit's owner, or who it was given to, gives it back.
     *
     * @return {@code false} if it was not out any more, and nothing happened
     */
    boolean giveBack(Claim claim) {
        if (!finish(claim, true)) {
            return false;
        }
        passOn();
        claim.retire();
        if (listener != null) {
            listener.released(id, ticker.nanos() - claim.sinceNanos);
        }
        return true;
    }

    /** Lets go of the claim but leaves its permit out, with no owner: whoever {@linkplain #add adds} one brings it back. */
    private void disown(Claim claim) {
        finish(claim, false);
        claim.retire();
    }

    /** One of the claim's tasks is ending: if it waits, it waits no longer. */
    void refuse(Claim claim) {
        Waiter waiter = claim.waiter;
        if (waiter != null && lot.fail(waiter, claim::refusal)) {
            passOn();
        }
    }

    /**
     * One of the claim's tasks has ended. Its end comes to all its claims, and whoever is here before it, or after it failed, may
     * call this as well.
     */
    void reclaim(Claim claim) {
        refuse(claim);
        if (finish(claim, true)) {
            passOn();
            if (listener != null) {
                listener.reclaimed(id, claim.owner().info(), ticker.nanos() - claim.sinceNanos);
            }
        }
        claim.retire();
    }

    /** A future that nobody wants any more leaves the queue, if it still is in it. */
    void leave(Claim claim, Waiter waiter) {
        if (lot.remove(waiter)) {
            drop(claim);
            tellNotAcquired(WaitOutcome.INTERRUPTED, waiter);
        }
    }

    void tellNotAcquired(WaitOutcome outcome, Waiter waiter) {
        if (listener != null) {
            listener.notAcquired(id, outcome, waited(waiter));
        }
    }

    long waited(Waiter waiter) {
        return ticker.nanos() - waiter.sinceNanos();
    }

    /**
     * One permit more.
     *
     * @return {@code false} if there would be more than there may be
     */
    boolean add() {
        synchronized (monitor()) {
            if (maximum != UNBOUNDED && total - taken + owned >= maximum) {
                return false;
            }
            taken--;
        }
        passOn();
        return true;
    }

    /** Another number of permits in all. */
    void resize(long newTotal) {
        synchronized (monitor()) {
            total = newTotal;
            maximum = newTotal;
        }
        passOn();
    }

    @Override
    public boolean claim(Waiter waiter) {
        passOn();
        return waiter.isGranted();
    }

    @Override
    public boolean look(Waiter waiter) {
        Claim claim = claimOf(waiter);
        if (!claim.mayGoOn()) {
            return lot.fail(waiter, claim::refusal);
        }
        return reclaimFromTheDead();
    }

    private static Claim claimOf(Waiter waiter) {
        return (Claim) requireNonNull(waiter.request());
    }

    /**
     * As many as are free go to those who have waited longest, all in one step. One whose claim is done with already is only
     * woken; it finds that out itself.
     */
    @Override
    public void passOn() {
        if (lot.isEmpty()) {
            return;
        }
        long now = ticker.nanos();
        Claim first = null;
        synchronized (monitor()) {
            Claim last = null;
            for (Waiter next = lot.first(); next != null && total - taken > 0; next = lot.first()) {
                Claim claim = claimOf(next);
                hold(claim, now);
                lot.grant(next);
                claim.waiter = next;
                if (last == null) {
                    first = claim;
                } else {
                    last.nextGranted = claim;
                }
                last = claim;
            }
        }
        while (first != null) {
            Claim claim = first;
            first = claim.nextGranted;
            claim.nextGranted = null;
            requireNonNull(claim.waiter).wake();
        }
    }

    /**
     * Looks at the owners, since nobody may ever tell of a thread's death.
     *
     * @return whether anybody was dead: permits came back then
     */
    private boolean reclaimFromTheDead() {
        boolean any = false;
        for (Claim claim : holders()) {
            if (claim.owner().endIfDead()) {
                // Its end has most likely done so already.
                reclaim(claim);
                any = true;
            }
        }
        return any;
    }

    /** The watchdog's look at the owners, which asks those who know them too. */
    void inspectOwners() {
        for (Claim claim : holders()) {
            if (claim.owner().endIfGone()) {
                reclaim(claim);
            }
        }
    }

    /** Who holds a permit, longest first. */
    List<Claim> holders() {
        List<Claim> found = new ArrayList<>();
        synchronized (monitor()) {
            for (Claim claim = oldest; claim != null; claim = claim.newer) {
                found.add(claim);
            }
        }
        return found;
    }

    /** The claim of a borrower that has a permit. */
    @Nullable Claim held(Borrower borrower) {
        synchronized (monitor()) {
            Claim claim = borrowers.get(borrower);
            return claim != null && claim.state == Claim.State.HELD ? claim : null;
        }
    }

    WaitTooLongException tooLong(Patience patience) {
        List<Claim> holders = holders();
        if (holders.isEmpty()) {
            return new WaitTooLongException(id, patience.time(), null, null);
        }
        Claim longest = holders.get(0);
        return new WaitTooLongException(id, patience.time(), longest.owner().info(), longest.since());
    }

    List<TaskInfo> owners() {
        return holders().stream().map(claim -> claim.owner().info()).toList();
    }

    List<TaskInfo> waiting() {
        return lot.waiters().stream().map(waiter -> waiter.task().info()).toList();
    }

    /** How many permits are free, fewer than none if they were made fewer than are out. */
    long available() {
        synchronized (monitor()) {
            return total == UNBOUNDED ? UNBOUNDED : total - taken;
        }
    }

    long taken() {
        synchronized (monitor()) {
            return taken;
        }
    }

    long maximum() {
        synchronized (monitor()) {
            return maximum;
        }
    }

    /**
     * Of several permits any may come back, and of one that has no owner, or may be joined by another one, nobody knows from where.
     * So only with a single permit, in the hands of a task, is it known who is in the way: with a limiter whose total was lowered
     * to one, all who hold a token.
     */
    @Override
    public List<Claim> holdings() {
        List<Claim> holders = maximum() == 1 ? holders() : List.of();
        return holders.stream().allMatch(Claim::isOwners) ? holders : List.of();
    }

    @Override
    public RuntimeException deadlock(String cycle) {
        return new DeadlockException(id, cycle);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
