package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import io.ownedlock.park.Waiter;
import io.ownedlock.task.Headroom;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.function.Consumer;

/**
 * Who waits for a permit of a {@link PermitPool}, threads and futures in one line. They are served from its head, in one step for as
 * many as are free, before they are awake; nobody overtakes. Serving the line follows every step that may have freed a permit, and
 * every joining, so no permit is free while somebody queues.
 *
 * <p>Whoever has joined has published itself in its claim before it looks at its task's state: either the task's end finds it
 * in the line, or it finds the end.
 */
final class PermitQueue extends Line {

    private final PermitPool pool;

    PermitQueue(PermitPool pool, LockId id, LockSettings settings, LockEnvironment environment) {
        super(id, settings, environment);
        this.pool = pool;
    }

    Undelivered undelivered() {
        return waits.undelivered();
    }

    /**
     * Joins the line for the calling thread.
     *
     * @throws LockRefusedException if as many as may wait do so already
     */
    Waiter join(Claim claim) {
        return joined(claim, lot.join(claim.asker(), claim, false));
    }

    /** Joins the line for a future. */
    Waiter joinAsync(Claim claim, Consumer<Waiter> alarm) {
        return joined(claim, lot.joinAsync(claim.asker(), claim, false, alarm));
    }

    private Waiter joined(Claim claim, Waiter waiter) {
        claim.waiter = waiter;
        // Pairs with the fence of the task's end: either the end finds this waiter, or this waiter finds the end.
        VarHandle.fullFence();
        if (listener != null) {
            listener.contended(pool.id());
        }
        return waiter;
    }

    /**
     * Waits on the calling thread, which has joined the line.
     *
     * @return {@code false} if time ran out
     * @throws InterruptedException only if the patience is interruptible
     */
    boolean await(Waiter waiter, Patience patience) throws InterruptedException {
        return waits.await(waiter, this, patience);
    }

    /** One of the claim's tasks is ending: if it waits, it waits no longer. */
    void refuse(Claim claim) {
        Waiter waiter = claim.waiter;
        if (waiter != null) {
            waits.fail(waiter, this, claim::refusal);
        }
    }

    /** Takes the claim out of the line, if it is there: nobody else will decide about it. */
    boolean remove(Claim claim) {
        Waiter waiter = claim.waiter;
        return waiter != null && lot.remove(waiter);
    }

    long waited(Waiter waiter) {
        return waits.waited(waiter);
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
        return turnWaitersAway() || pool.exits().reclaimFromTheDead();
    }

    private static Claim claimOf(Waiter waiter) {
        return (Claim) requireNonNull(waiter.request());
    }

    /** One whose claim is done with already is only woken; it finds that out itself. */
    @Override
    public void passOn() {
        if (lot.isEmpty()) {
            return;
        }
        Headroom.require();
        long now = ticker.nanos();
        Claim first = null;
        synchronized (lot.monitor()) {
            Claim last = null;
            for (Waiter next = lot.first(); next != null && pool.isAnyFree(); next = lot.first()) {
                Claim claim = claimOf(next);
                pool.hold(claim, now);
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
     * Of several permits any may come back, and of one that has no owner, or may be joined by another one, nobody knows from where.
     * So only with a single permit, in the hands of a task, is it known who is in the way: with a limiter whose total was lowered
     * to one, all who hold a token.
     */
    @Override
    public List<Claim> holdings() {
        List<Claim> holders = pool.maximum() == 1 ? pool.holders() : List.of();
        return holders.stream().allMatch(Claim::isOwners) ? holders : List.of();
    }

    @Override
    List<Claim> holders() {
        return pool.holders();
    }

    @Override
    public String toString() {
        return pool.toString();
    }
}
