package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Headroom;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import java.time.Instant;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The engine of semaphore and limiter. {@link PermitCount} counts permits, {@link PermitHolders} knows who has them,
 * {@link PermitQueue} lines up who wants one; this is the way in, {@link PermitExits} the way out. Everything is guarded by the
 * lot's monitor, so each step below is one step for everybody:
 *
 * <ul>
 *   <li><em>taking a free permit</em>, which only happens while nobody queues: there is no barging;
 *   <li><em>passing on</em>: as many as are free go to those who have waited longest;
 *   <li><em>giving back, and reclaiming at the owner's end</em>: who takes the claim out of {@code HELD} frees its permit, once.
 * </ul>
 *
 * <p>A claim is its task's hook before it is in the queue, and the task's state is read after it was granted, so either the
 * task's end finds the claim, or the asker finds the end. Under the monitor there are only reads and writes of fields: neither the
 * clock, nor listeners, nor liveness checks, nor a borrower's {@code equals}. To take a free permit enters it once, and to give
 * it back enters it once.
 */
final class PermitPool {

    private final LockId id;
    private final Ticker ticker;
    private final @Nullable LockListener listener;
    private final PermitCount count;
    private final PermitHolders holders = new PermitHolders();
    private final PermitQueue queue;
    private final PermitExits exits;
    private final Patience patient;

    /** What this is the engine of. Whoever has a permit, or waits, keeps it from being collected and made anew. */
    @Nullable Primitive face;

    PermitPool(LockId id, PermitCount count, LockSettings settings, LockEnvironment environment) {
        this.id = requireNonNull(id, "id");
        this.ticker = environment.ticker();
        this.listener = environment.audience();
        this.count = count;
        this.queue = new PermitQueue(this, id, settings, environment);
        this.exits = new PermitExits(this, count, holders, environment);
        this.patient = Patience.configured(settings.waitAtMost(), true);
    }

    LockId id() {
        return id;
    }

    PermitQueue queue() {
        return queue;
    }

    PermitExits exits() {
        return exits;
    }

    ParkingLot lot() {
        return queue.lot();
    }

    /** For callers that name no time themselves. */
    Patience patient() {
        return patient;
    }

    private Object monitor() {
        return queue.lot().monitor();
    }

    /** For people, who do not read nanoseconds. */
    Instant instantOf(long nanos) {
        return ticker.instantOf(nanos);
    }

    /**
     * Takes a permit.
     *
     * @return {@code false} if time ran out
     * @throws InterruptedException only if the patience is interruptible
     */
    private boolean take(Claim claim, Patience patience) throws InterruptedException {
        if (patience.interruptible() && Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean taken = false;
        try {
            register(claim);
            long waited = 0;
            boolean got = takeFree(claim);
            if (!got && patience.waits()) {
                Waiter waiter = queue.join(claim);
                got = queue.await(waiter, patience);
                waited = queue.waited(waiter);
            }
            if (got) {
                confirm(claim, waited);
                taken = true;
            }
        } finally {
            if (!taken) {
                exits.drop(claim);
            }
        }
        return taken;
    }

    /** Takes a permit, with the interruption as a {@link LockInterruptedException}; {@code false} if time ran out. */
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
            if (claim.state() != Claim.State.INTENT || holders.enrol(claim)) {
                return;
            }
        }
        throw new IllegalStateException((borrower.object() instanceof Task task ? task.toString() : "The borrower")
                + " has a token of " + id + ", or waits for one already");
    }

    boolean takeFree(Claim claim) {
        do {
            long now = ticker.nanos();
            Headroom.requireLittle();
            synchronized (monitor()) {
                if (count.isAnyFree() && lot().isEmpty() && hold(claim, now)) {
                    return true;
                }
            }
        } while (exits.reclaimFromTheDead());
        return false;
    }

    /** Under the monitor. */
    boolean isAnyFree() {
        return count.isAnyFree();
    }

    /** Under the monitor. {@code false} if the claim is done with already. */
    boolean hold(Claim claim, long now) {
        if (claim.state() != Claim.State.INTENT) {
            return false;
        }
        claim.sinceNanos = now;
        holders.add(claim);
        count.take();
        claim.become(Claim.State.HELD);
        return true;
    }

    /** The last step of an acquisition: a task may have been told to end since the first, and may even be over. */
    void confirm(Claim claim, long waitedNanos) {
        if (claim.state() != Claim.State.HELD || !claim.mayGoOn()) {
            throw Listeners.told(listener, id, claim.refusal(), waitedNanos);
        }
        if (claim.isShared()) {
            if (!exits.disown(claim)) {
                throw Listeners.told(listener, id, claim.refusal(), waitedNanos);
            }
            return;
        }
        if (!claim.settle()) {
            throw Listeners.told(listener, id, claim.refusal(), waitedNanos);
        }
        if (listener != null) {
            listener.acquired(id, waitedNanos);
        }
    }

    /** Who holds a permit, longest first. */
    List<Claim> holders() {
        synchronized (monitor()) {
            return holders.list();
        }
    }

    /** The claim of a borrower that has a permit. */
    @Nullable Claim held(Borrower borrower) {
        synchronized (monitor()) {
            return holders.of(borrower);
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

    boolean isIdle() {
        synchronized (monitor()) {
            return count.isAsMade() && lot().isEmpty();
        }
    }

    LockState state() {
        synchronized (monitor()) {
            return state(holders.isEmpty());
        }
    }

    private static LockState state(boolean nobodyHolds) {
        return nobodyHolds ? LockState.FREE : LockState.HELD;
    }

    long available() {
        return read(PermitCount::available);
    }

    long out() {
        return read(PermitCount::out);
    }

    long maximum() {
        return read(PermitCount::maximum);
    }

    private long read(ToLongFunction<PermitCount> number) {
        synchronized (monitor()) {
            return number.applyAsLong(count);
        }
    }

    LockSnapshot snapshot(LockKind kind) {
        List<LockSnapshot.Waiting> waiting = LockSnapshot.Waiting.in(lot(), this::instantOf);
        LockSnapshot.Capacity capacity;
        List<Claim> holding;
        synchronized (monitor()) {
            capacity = new LockSnapshot.Capacity(count.total(), count.available());
            holding = holders.list();
        }
        List<LockSnapshot.Held> holds = holding.stream()
                .map(claim -> new LockSnapshot.Held(claim.owner().info(), claim.since(), 1, false, null))
                .toList();
        return new LockSnapshot(id, kind, state(holds.isEmpty()), holds, null, waiting, capacity);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
