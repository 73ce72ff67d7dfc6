package io.ownedlock.sync;

import io.ownedlock.park.Holding;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One task's ownership of one lock, or of a share in it: the intent before, the ownership while the lock names it. It is the
 * task's exit hook from before the first to after the second, so that whatever dies in between, the task's end finds it.
 *
 * <p>It counts the grips the task has on the lock, those by {@code lock()} and those by {@link Hold} apart. The task's thread
 * adds, and takes off the former; anybody may take off the latter. Whoever takes off the last one gives the lock back; no more
 * can be added then.
 */
abstract class Ownership extends ExitHook implements Holding {

    /** One {@code lock()}. */
    static final long LOCK = 1;

    /** One {@link Hold} that the owner's thread has taken. */
    static final long HOLD = 1L << 21;

    /** One {@link Hold} that a future has brought. */
    static final long HOLD_BY_FUTURE = 1L << 42;

    /** As many as there may be of each. */
    static final int MOST = (1 << 21) - 1;

    /**
     * Beside the grips: one of them is that of a future which is not told yet. The news and the owner's end may meet; who takes this away
     * decides whether anybody has been inside. So it goes with the grip in one step where the news is that there is none.
     */
    private static final long UNDERWAY = 1L << 63;

    private static final VarHandle GRIPS;
    private static final VarHandle SINCE;

    static {
        try {
            GRIPS = MethodHandles.lookup().findVarHandle(Ownership.class, "grips", long.class);
            SINCE = MethodHandles.lookup().findVarHandle(Ownership.class, "since", Since.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A time for people, and the time it was made from: that changes when the owner has waited for a condition. */
    private record Since(long nanos, Instant instant) {}

    private final Task owner;

    /** Where it was asked for, if the settings say that this is to be noted. */
    private final @Nullable StackTraceElement site;

    /** The grips, by kind, and {@link #UNDERWAY}. */
    private volatile long grips;

    /** Whether it comes by a future that had to wait. Written before the owner can be given it. */
    private boolean sentFor;

    /** Written by who makes this the lock's, before that, and read by those who found it there. */
    long sinceNanos;

    /** The fencing token. Written and read like the time. */
    long token;

    /** Made when it is first asked for. The clocks drift apart, and all reports of one hold are to say the same. */
    private volatile @Nullable Since since;

    /** Set before this is the lock's; for a lender, also when a loan comes back whose borrower died. */
    private volatile @Nullable Abandonment predecessor;

    /** Where the owner waits for this; the task's end looks here. */
    volatile @Nullable Waiter waiter;

    /** Why nobody waits for the lock as long as this is inside; {@code null} if they may. Written under the lot's monitor. */
    volatile @Nullable Abandonment seal;

    Ownership(Task owner, long grip, boolean captureSite) {
        this.owner = owner;
        this.site = captureSite ? AcquireSite.current() : null;
        this.grips = grip;
    }

    abstract LockId lockId();

    abstract Instant instantOf(long nanos);

    final LockRefusedException refusal() {
        return new LockRefusedException(
                lockId(), owner + " is ending, and gets nothing new. Find out who ended it while it was at work.");
    }

    /** Whom it goes back to; {@code null} if it was nobody's. */
    abstract @Nullable Ownership lender();

    /**
     * Whom it goes back to if the owner ends: the closest lender that has not let go, and does not end with it. {@code null} if there
     * is none, so that the owner had it alone.
     */
    @Nullable Ownership survivor() {
        Ownership next = openLender();
        while (next != null && next.owner == owner) {
            next = next.openLender();
        }
        return next;
    }

    /** The closest lender that has not let go, and is to have it back; {@code null} if there is none. */
    @Nullable Ownership openLender() {
        Ownership next = lender();
        while (next != null && !next.isOpen()) {
            next = next.lender();
        }
        return next;
    }

    /** The last grip was taken off. */
    abstract void release();

    /**
     * The second half of an acquisition: the task may have been told to end since the first.
     *
     * @throws LockRefusedException if so
     */
    abstract void confirm(long waitedNanos);

    /** The task did not get the lock, or cannot make use of it: as if it had not been there. Once. */
    abstract void withdraw();

    /** What is told to who has waited for this for too long. */
    abstract WaitTooLongException tooLong(Patience patience);

    /**
     * What is told of this, if it was left behind or is in everybody's way.
     *
     * @param survivor its {@link #survivor()}
     */
    final Abandonment describe(BreakReason reason, Instant now, OnOwnerEnd policy, @Nullable Ownership survivor) {
        String incident = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        return new Abandonment(
                incident,
                lockId(),
                owner.info(),
                since(),
                site,
                now,
                reason,
                policy,
                survivor == null ? null : survivor.owner.info());
    }

    @Override
    public Task owner() {
        return owner;
    }

    /** Whether what this gives is also the task's: it is its own, or that of one it is nested in. */
    final boolean isFor(Task task) {
        return owner == task || task.isNestedIn(owner);
    }

    @Override
    public boolean isByFuture() {
        long seen = grips & ~UNDERWAY;
        return seen >= HOLD_BY_FUTURE && seen % HOLD_BY_FUTURE == 0;
    }

    /** Since when the owner has this; the same whenever it is asked for. */
    @Override
    public Instant since() {
        long nanos = sinceNanos;
        for (Since seen = since; ; seen = since) {
            if (seen != null && seen.nanos == nanos) {
                return seen.instant;
            }
            Since made = new Since(nanos, instantOf(nanos));
            if (SINCE.compareAndSet(this, seen, made)) {
                return made.instant;
            }
        }
    }

    @Nullable StackTraceElement site() {
        return site;
    }

    public long token() {
        return token;
    }

    @Nullable Abandonment predecessor() {
        return predecessor;
    }

    void setPredecessor(@Nullable Abandonment abandonment) {
        // Almost always null already; the write would cost a fence on every acquisition.
        if (predecessor != abandonment) {
            predecessor = abandonment;
        }
    }

    /** Whether a future has brought it, or is about to, whatever else there is; for the owner's thread, beside which it only gets less. */
    boolean isAlsoByFuture() {
        return of(grips, HOLD_BY_FUTURE) != 0;
    }

    /** Before it becomes the lock's again: whoever was sent away because of it, it has let others in since. */
    final void unseal() {
        if (seal != null) {
            seal = null;
        }
    }

    boolean isOpen() {
        return grips != 0;
    }

    /** Whether it has a grip by {@code lock()}. */
    boolean isLocked() {
        return of(grips, LOCK) != 0;
    }

    int count() {
        long seen = grips;
        return of(seen, LOCK) + of(seen, HOLD) + of(seen, HOLD_BY_FUTURE);
    }

    private static int of(long grips, long kind) {
        return (int) ((grips & ~UNDERWAY) / kind) & MOST;
    }

    /** Before a future waits for it. */
    final void sendFor() {
        sentFor = true;
        grips = UNDERWAY | HOLD_BY_FUTURE;
    }

    /** The future is about to be told. Whether it is the owner's from here on, to use or to leave behind; not if its end came before. */
    final boolean arrive() {
        for (long seen = grips; seen < 0; seen = grips) {
            GRIPS.compareAndSet(this, seen, seen & ~UNDERWAY);
        }
        return grips != 0;
    }

    /** The owner has ended. Whether a future was to bring this that was not told, and nothing else has: then nobody is inside. */
    final boolean recall() {
        for (long seen = grips; seen == (UNDERWAY | HOLD_BY_FUTURE); seen = grips) {
            if (GRIPS.compareAndSet(this, seen, 0L)) {
                return true;
            }
        }
        // Declined, or given back by who was told, and about to be out.
        return grips == 0 && sentFor;
    }

    /** Adds a grip, on the owner's thread; {@code false} if the last one was taken off meanwhile. */
    boolean addGrip(long grip) {
        for (long seen = grips; seen != 0; seen = grips) {
            if (of(seen, grip) == MOST) {
                throw new Error(
                        owner + " has taken " + lockId() + " " + MOST + " times, and cannot take it more often");
            }
            if (GRIPS.compareAndSet(this, seen, seen + grip)) {
                return true;
            }
        }
        return false;
    }

    /** Takes off one {@code lock()}, on the owner's thread; {@code false} if there is none. */
    boolean unlock() {
        if (!isLocked()) {
            return false;
        }
        giveBack(LOCK);
        return true;
    }

    void giveBack(long grip) {
        if (takeOff(grip)) {
            release();
        }
    }

    /**
     * Takes off a {@link #HOLD_BY_FUTURE} that nobody was given. If there is no other grip, it has never been there.
     *
     * @return whether there was none
     */
    boolean decline() {
        if (!takeOff(HOLD_BY_FUTURE, ~UNDERWAY)) {
            return false;
        }
        withdraw();
        return true;
    }

    /** Nobody was given it, or will be: were it to come back from who has borrowed it since, it would go on from here. */
    final void forsake() {
        grips = 0;
    }

    /** Takes off one grip; returns whether it was the last. */
    boolean takeOff(long grip) {
        return takeOff(grip, -1);
    }

    /** In the same step, takes off all marks that are not in the mask. */
    private boolean takeOff(long grip, long kept) {
        for (long seen = grips; seen != 0; seen = grips) {
            long left = (seen & kept) - grip;
            if (GRIPS.compareAndSet(this, seen, left)) {
                return left == 0;
            }
        }
        // Forsaken, since the task has ended.
        return false;
    }
}
