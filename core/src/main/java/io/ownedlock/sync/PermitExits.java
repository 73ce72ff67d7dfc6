package io.ownedlock.sync;

import io.ownedlock.task.Headroom;
import io.ownedlock.time.Ticker;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How permits leave the hands of a {@link PermitPool}'s claims: given back, dropped on the way, made nobody's, or reclaimed
 * because their owner has ended. Who takes the claim out of {@code HELD}, under the monitor, does so alone. After each of these
 * the line is served, outside of the monitor, and then the listeners are told.
 */
final class PermitExits {

    private final PermitPool pool;
    private final PermitQueue queue;
    private final PermitCount count;
    private final PermitHolders holders;
    private final Ticker ticker;
    private final @Nullable LockListener listener;
    private final Consumer<? super LockId> keeper;

    PermitExits(PermitPool pool, PermitCount count, PermitHolders holders, LockEnvironment environment) {
        this.pool = pool;
        this.queue = pool.queue();
        this.count = count;
        this.holders = holders;
        this.ticker = environment.ticker();
        this.listener = environment.audience();
        this.keeper = environment.keeper();
    }

    /**
     * Lets go of the claim but leaves its permit out, with no owner: whoever {@linkplain #add adds} one brings it back.
     *
     * @return {@code false} if its end was faster, and has taken the permit back
     */
    boolean disown(Claim claim) {
        boolean held = finish(claim, false);
        // Before this the claim kept it, and after this nobody may.
        keeper.accept(pool.id());
        claim.retire();
        return held;
    }

    /**
     * Ends the claim, however far it had got.
     *
     * @param permitBack whether its permit goes back to the pool
     * @return whether it held one until now
     */
    private boolean finish(Claim claim, boolean permitBack) {
        boolean held;
        Headroom.requireLittle();
        synchronized (queue.lot().monitor()) {
            held = claim.state() == Claim.State.HELD;
            if (held) {
                holders.remove(claim);
                count.leave(permitBack);
            }
            holders.strike(claim);
            claim.become(Claim.State.DONE);
        }
        return held;
    }

    /** An acquisition that came to nothing. */
    void drop(Claim claim) {
        queue.remove(claim);
        finish(claim, true);
        claim.retire();
        queue.passOn();
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
        queue.passOn();
        claim.retire();
        if (listener != null) {
            listener.released(pool.id(), ticker.nanos() - claim.sinceNanos);
        }
        return true;
    }

    /**
     * One of the claim's tasks has ended. Its end comes to all its claims, and whoever is here before it, or after it failed, may
     * call this as well.
     */
    void reclaim(Claim claim) {
        queue.refuse(claim);
        if (finish(claim, true)) {
            queue.passOn();
            if (listener != null) {
                listener.reclaimed(pool.id(), claim.owner().info(), ticker.nanos() - claim.sinceNanos);
            }
        }
        claim.retire();
    }

    /**
     * One permit more.
     *
     * @return {@code false} if there would be more than there may be
     */
    boolean add() {
        synchronized (queue.lot().monitor()) {
            if (!count.add()) {
                return false;
            }
        }
        keeper.accept(pool.id());
        queue.passOn();
        return true;
    }

    /** Another number of permits in all. */
    void resize(long newTotal) {
        synchronized (queue.lot().monitor()) {
            count.resize(newTotal);
        }
        keeper.accept(pool.id());
        queue.passOn();
    }

    /**
     * Looks at the owners, since nobody may ever tell of a thread's death.
     *
     * @return whether anybody was dead: permits came back then
     */
    boolean reclaimFromTheDead() {
        boolean any = false;
        for (Claim claim : pool.holders()) {
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
        queue.inspectWaiters();
        for (Claim claim : pool.holders()) {
            if (claim.owner().endIfGone()) {
                reclaim(claim);
            }
        }
    }
}
