package io.ownedlock.sync;

import io.ownedlock.park.Waiter;
import io.ownedlock.task.Headroom;
import io.ownedlock.task.Task;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for what tasks own, a lock or a share in one. Each waiter brings what it wants to see there.
 *
 * <p>A task is <em>at home</em> where it, or one that it is nested in, is inside: it need not wait for itself, wherever in line it
 * stands, and nobody else's turn comes before. It may have joined before that was so, with its thread or a future, and then it is
 * asleep when it becomes so. Whoever has come in, and whoever gives a loan back, therefore looks for those at home. That they are there
 * at all is rare, and noted: only futures, nested tasks and those at home already can be.
 *
 * <p>Who joins notes it and then looks whether it can come in; who comes in does so and then looks whether it is noted. One of the two sees
 * the other.
 */
abstract class OwnershipLine<O extends Ownership> extends Line {

    /** Whether somebody in line may be at home without being first. Taken back under the monitor, by who finds nobody. */
    private volatile boolean mixed;

    OwnershipLine(LockId id, LockSettings settings, LockEnvironment environment) {
        super(id, settings, environment);
    }

    /** What nobody waits for any more, why, and what its owner failed with. */
    private record Seal<O>(
            O ownership, Abandonment abandonment, @Nullable Throwable cause) {}

    /** What the waiter wants to see in the lock. */
    abstract O intent(Waiter waiter);

    /** Who owns the lock, or a share in it; lenders too. */
    abstract List<O> inside();

    /** Whether it is a lender that has let go, and so in nobody's way but its borrower's. */
    abstract boolean hasLetGo(O ownership);

    /** Why the waiter can neither come in nor wait for that; {@code null} if it can. */
    abstract @Nullable Abandonment brokenFor(Waiter waiter);

    /** Looks at those inside, since nobody may ever tell of their death; whether anything has changed. */
    abstract boolean abandonTheDead();

    /** Whether the task comes before outsiders: what it waits for is held for it, and at most lent to somebody else at the moment. */
    abstract boolean isAtHome(Task task);

    /** Whether nobody may overtake who waits, but those at home. */
    abstract boolean isFair();

    /** Who is at home comes in wherever in line it stands. */
    @Override
    public final boolean isFairTo(Waiter waiter) {
        return isFair() && !isAtHome(waiter.task());
    }

    /** Lets one of those at home in that can come in now, or fails one that never can; {@code null} if there is none. Still asleep. */
    abstract @Nullable Waiter settleAtHome();

    /** Waits on the calling thread. */
    final boolean await(O ownership, Patience patience) throws InterruptedException {
        Task task = ownership.owner();
        Waiter waiter = lot.join(task, ownership, isAtHome(task));
        ownership.waiter = waiter;
        boolean taken;
        try {
            joined(waiter);
            if (listener != null) {
                listener.contended(ownership.lockId());
            }
            // Pairs with the fence of the task's end: either the end finds this waiter, or this waiter finds the end.
            VarHandle.fullFence();
            taken = waits.await(waiter, this, patience);
        } finally {
            if (!lot.contains(waiter)) {
                ownership.waiter = null;
            }
        }
        if (taken) {
            confirm(ownership, ticker.nanos() - waiter.sinceNanos());
        }
        return taken;
    }

    final CompletableFuture<Hold> awaitAsync(O ownership, Patience patience) {
        CompletableFuture<Hold> future = waits.awaitAsync(ownership, isAtHome(ownership.owner()), this, patience);
        mixed = true;
        lookAtHome();
        return future;
    }

    /** To be told of each thread that has joined, before it looks whether it can come in. */
    final void joined(Waiter waiter) {
        if (mayBeAtHome(waiter)) {
            mixed = true;
        }
    }

    private boolean mayBeAtHome(Waiter waiter) {
        return waiter.thread() == null || waiter.task().isNested() || isAtHome(waiter.task());
    }

    /** Somebody has come in, left, or joined the line asleep: lets in those at home. */
    final void lookAtHome() {
        if (!mixed || lot.isEmpty()) {
            return;
        }
        Headroom.require();
        for (Waiter next = settleAtHome(); next != null; next = settleAtHome()) {
            next.wake();
        }
        synchronized (lot.monitor()) {
            mixed = lot.first(this::mayBeAtHome) != null;
        }
    }

    /**
     * The second half of an acquisition: the task may have been told to end since the first.
     *
     * @throws LockRefusedException if so
     */
    final void confirm(O ownership, long waitedNanos) {
        if (!ownership.owner().isActive() || !ownership.arrive()) {
            throw Listeners.told(listener, ownership.lockId(), ownership.refusal(), waitedNanos);
        }
        lookAtHome();
        if (listener != null) {
            listener.acquired(ownership.lockId(), waitedNanos);
        }
    }

    @Override
    final void sealHolders() {
        seal(inside(), BreakReason.SHUTDOWN);
    }

    /**
     * Lets nobody wait for these any more, as far as they are inside still, and not sealed already: whoever cannot come in beside
     * them fails, and whoever waited only behind that is served. A living owner is never robbed; when it has let go, its seal is gone.
     *
     * @return whether there was any of them
     */
    final boolean seal(List<O> owners, BreakReason reason) {
        Instant now = ticker.instantOf(ticker.nanos());
        List<Seal<O>> seals = new ArrayList<>(owners.size());
        for (O ownership : owners) {
            Abandonment seal = ownership.describe(reason, now, settings.onOwnerEnd(), ownership.survivor());
            seals.add(new Seal<>(ownership, seal, ownership.owner().failure()));
        }
        List<Waiter> failed = List.of();
        Headroom.require();
        try {
            synchronized (lot.monitor()) {
                List<O> inside = inside();
                List<Waiter> waiters = lot.waiters();
                failed = new ArrayList<>(waiters.size());
                seals.removeIf(seal ->
                        seal.ownership.seal != null || hasLetGo(seal.ownership) || !inside.contains(seal.ownership));
                seals.forEach(seal -> seal.ownership.seal = seal.abandonment);
                // Who joins the line from here on finds the seal by itself.
                for (Waiter waiter : waiters) {
                    if (sendAway(waiter, seals)) {
                        failed.add(waiter);
                    }
                }
            }
        } finally {
            failed.forEach(Waiter::wake);
        }
        if (seals.isEmpty()) {
            return false;
        }
        passOn();
        int told = failed.size();
        for (Seal<O> seal : seals) {
            if (listener != null) {
                listener.sealed(seal.abandonment, told);
            }
            told = 0;
        }
        return true;
    }

    /** Because the lock is poisoned, or somebody in its way sealed. */
    @Override
    final boolean sendAway(Waiter waiter) {
        boolean failed = sendAway(waiter, List.of());
        if (failed) {
            waiter.wake();
        }
        return failed;
    }

    private boolean sendAway(Waiter waiter, List<Seal<O>> news) {
        Abandonment broken = brokenFor(waiter);
        if (broken == null) {
            return false;
        }
        Throwable cause = causeOf(broken, news);
        return lot.failAsleep(waiter, () -> new BrokenLockException(broken, cause));
    }

    private static <O> @Nullable Throwable causeOf(Abandonment broken, List<Seal<O>> news) {
        for (Seal<O> seal : news) {
            if (seal.abandonment == broken) {
                return seal.cause;
            }
        }
        return null;
    }

    @Override
    public final boolean look(Waiter waiter) {
        if (sendAway(waiter)) {
            return true;
        }
        O ownership = intent(waiter);
        if (!ownership.owner().isActive()) {
            return lot.fail(waiter, ownership::refusal);
        }
        return turnWaitersAway() || abandonTheDead();
    }

    /** Whatever has happened to its thread or task, this intent waits no longer. */
    final void drop(O ownership) {
        Waiter waiter = ownership.waiter;
        if (waiter != null && waiter.leave()) {
            passOn();
        }
    }

    /** The task of this intent is ending: if it waits, it waits no longer, and whoever waited behind it may get on. */
    final void refuse(O ownership) {
        Waiter waiter = ownership.waiter;
        if (waiter != null) {
            waits.fail(waiter, this, ownership::refusal);
        }
    }
}
