package io.ownedlock.sync;

import io.ownedlock.park.Holding;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One task's claim on one permit of a {@link PermitPool}: the intent before it holds one, and the permit while it does. Its
 * state moves under the pool's monitor, and only forward:
 *
 * <pre>
 *   INTENT -> HELD   taken free, or given by whoever let the permit go
 *   INTENT -> DONE   gave up, or was refused
 *   HELD   -> DONE   given back, or the owner ended
 *   HELD   -> DONE   handed to the user without an owner; the permit stays out
 * </pre>
 *
 * <p>It is an exit hook of the task that asks, from before it is in the queue. Who asks and who owns may be two: somebody else's
 * task may be the borrower. Then the claim watches that one as well, and once the permit is out, the owner's end alone counts.
 */
final class Claim extends ExitHook implements Holding, Permit {

    private static final VarHandle ANNOUNCED;

    static {
        try {
            ANNOUNCED = MethodHandles.lookup().findVarHandle(Claim.class, "announced", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** See the class comment. */
    enum State {
        INTENT,
        HELD,
        DONE
    }

    /** The owner's end, if that is not the task that asks. */
    private final class Watcher extends ExitHook {

        @Override
        protected void onEnding(Task task) {
            pool.queue().refuse(Claim.this);
        }

        @Override
        protected void onEnded(Task task, TaskEnd end) {
            pool.exits().reclaim(Claim.this);
        }

        @Override
        public String toString() {
            return Claim.this.toString();
        }
    }

    private final PermitPool pool;
    private final Task asker;
    private final Task owner;
    private final @Nullable ExitHook watcher;
    private final boolean shared;
    final @Nullable Borrower borrower;

    /** Written under the pool's monitor; final only there, until it is {@code DONE}. */
    private volatile State state = State.INTENT;

    /** Whether this is among the asker's hooks; read and written through {@code ANNOUNCED}. */
    private volatile boolean announced;

    // The links are guarded by the pool's monitor.
    /** Neighbours among those that hold a permit. */
    @Nullable Claim older;

    @Nullable Claim newer;

    /** The next of those that were given a permit in one step and are to be woken. */
    @Nullable Claim nextGranted;

    /** Whether a future is to bring the permit. Written before anything else. */
    boolean byFuture;

    /** When the permit was got; written before {@code HELD}. */
    volatile long sinceNanos;

    /** Where this waits or has waited; ends look here. */
    volatile @Nullable Waiter waiter;

    private Claim(PermitPool pool, Task asker, Task owner, boolean shared, @Nullable Borrower borrower) {
        this.pool = pool;
        this.asker = asker;
        this.owner = owner;
        this.watcher = owner == asker ? null : new Watcher();
        this.shared = shared;
        this.borrower = borrower;
    }

    /** For a permit of the current task. */
    static Claim owned(PermitPool pool) {
        Task task = Task.current();
        return new Claim(pool, task, task, false, null);
    }

    /** For a permit of nobody, once the current task has it safely. */
    static Claim shared(PermitPool pool) {
        Task task = Task.current();
        return new Claim(pool, task, task, true, null);
    }

    /** For a permit of the borrower if that is a task, of the current one otherwise. */
    static Claim onBehalfOf(Object borrower, PermitPool pool) {
        Task task = Task.current();
        return new Claim(pool, task, borrower instanceof Task other ? other : task, false, new Borrower(borrower));
    }

    State state() {
        return state;
    }

    /** Under the pool's monitor. */
    void become(State next) {
        state = next;
    }

    boolean isShared() {
        return shared;
    }

    Task asker() {
        return asker;
    }

    @Override
    public Task owner() {
        return owner;
    }

    @Override
    public boolean isByFuture() {
        return byFuture;
    }

    /**
     * Whether the owner has asked for it and borrows for itself, so that nobody else is expected to give the permit back: whoever has
     * asked has it in hand.
     */
    boolean isOwners() {
        return asker == owner && (borrower == null || borrower.object() == owner);
    }

    /** On the asker's thread, before anything else. */
    void announce() {
        announced = true;
        asker.add(this);
        if (watcher != null && !owner.watch(watcher)) {
            throw refusal();
        }
    }

    /**
     * The permit is the user's: how the asker fares is of no matter any more, if it is not the owner.
     *
     * @return {@code false} if the asker has ended before, and takes the permit back
     */
    boolean settle() {
        return watcher == null || leaveAsker();
    }

    /** Done with: no end is of any matter any more. */
    void retire() {
        leaveAsker();
        if (watcher != null) {
            owner.unwatch(watcher);
        }
    }

    /** Whether this was still up to the asker; who is first decides. */
    private boolean leaveAsker() {
        boolean first = ANNOUNCED.compareAndSet(this, true, false);
        if (first) {
            asker.remove(this);
        }
        return first;
    }

    boolean mayGoOn() {
        return asker.isActive() && owner.isActive();
    }

    LockRefusedException refusal() {
        if (mayGoOn()) {
            return new LockRefusedException(
                    pool.id(), "it was given back on behalf of its borrower before it got to " + asker);
        }
        return new LockRefusedException(
                pool.id(), (asker.isActive() ? owner : asker) + " is ending or over, and gets nothing new");
    }

    @Override
    protected void onEnding(Task task) {
        pool.queue().refuse(this);
    }

    @Override
    protected void onMoved(Task task) {
        pool.lot().ownerMoved();
    }

    @Override
    protected void onEnded(Task task, TaskEnd end) {
        if (watcher == null || leaveAsker()) {
            pool.exits().reclaim(this);
        }
    }

    @Override
    public LockId lock() {
        return pool.id();
    }

    @Override
    public Instant since() {
        return pool.instantOf(sinceNanos);
    }

    @Override
    public void close() {
        pool.exits().giveBack(this);
    }

    @Override
    public String toString() {
        return pool.id() + " held by " + owner;
    }
}
