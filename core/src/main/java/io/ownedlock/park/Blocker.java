package io.ownedlock.park;

import io.ownedlock.task.Task;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link ParkingLot} that a thread dump shows: what a thread is parked on, and which thread it waits for. The JVM
 * reads the owner out of the blocker, {@link AbstractOwnableSynchronizer}, for its dumps and for
 * {@link java.lang.management.ThreadMXBean#findDeadlockedThreads()}.
 *
 * <p>Who takes a free lock writes nothing here. The owner is written by those who park, and by those who wake up as long as others
 * sleep on: it is the thread inside the one task that the {@link Resource} names, and nobody if several tasks are in the way, or
 * nobody knows who, or no thread is in that task now. When nobody is parked nobody is shown, so that an idle lot keeps no thread alive.
 *
 * <pre>
 *   parked == 0   no owner
 *   parked > 0    the owner as it is, by the last of: a thread parks, a thread has woken up, the owner's task is left or entered
 * </pre>
 *
 * <p>The owner is a plain field of the JDK's, written without a lock. Whoever writes it looks again after that, with a fence in
 * between, until what it finds is what is written; so does whoever has changed what there is to find. The last to write
 * therefore has written what was true.
 */
abstract class Blocker extends AbstractOwnableSynchronizer {

    private static final long serialVersionUID = 1L;
    private static final VarHandle PARKED;

    static {
        try {
            PARKED = MethodHandles.lookup().findVarHandle(Blocker.class, "parked", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final transient @Nullable Resource resource;
    private transient volatile int parked;

    Blocker(@Nullable Resource resource) {
        this.resource = resource;
    }

    /** What the waiters wait for; {@code null} if nobody can tell who will wake them. */
    public @Nullable Resource resource() {
        return resource;
    }

    /** The calling thread is about to park, and shows the {@linkplain #ownerMoved owner} after this. */
    final void enter() {
        PARKED.getAndAdd(this, 1);
    }

    /** It has woken up. */
    final void leave() {
        PARKED.getAndAdd(this, -1);
        if (resource != null) {
            showOwner(resource);
        }
    }

    /**
     * Another thread may be inside the owner's task: thread dumps are to show it. For the library's own primitives. Costs one look
     * if nobody is parked here.
     */
    public void ownerMoved() {
        if (resource != null && parked != 0) {
            showOwner(resource);
        }
    }

    private void showOwner(Resource known) {
        for (; ; ) {
            VarHandle.fullFence();
            Thread owner = parked == 0 ? null : ownerOf(known);
            if (getExclusiveOwnerThread() == owner) {
                return;
            }
            setExclusiveOwnerThread(owner);
        }
    }

    private static @Nullable Thread ownerOf(Resource known) {
        List<? extends Holding> holdings = known.holdings();
        Task owner = holdings.isEmpty() ? null : holdings.get(0).owner();
        for (Holding holding : holdings) {
            if (holding.owner() != owner) {
                return null;
            }
        }
        return owner == null ? null : owner.inside();
    }
}
