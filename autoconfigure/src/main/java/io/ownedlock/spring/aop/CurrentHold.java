package io.ownedlock.spring.aop;

import io.ownedlock.sync.Hold;
import org.jspecify.annotations.Nullable;

/**
 * The hold that {@link io.ownedlock.spring.OwnedLock} has taken for the method that is running: for its fencing token, for what
 * became of its predecessor, or to give the lock back early.
 *
 * <p>Belongs to the thread that runs the method, as long as that does: what it starts elsewhere, and what is chained to a stage that it
 * returned, has none. Calls nest: after an annotated method that was called within, this is the outer one's again.
 */
public final class CurrentHold {

    private static final ThreadLocal<@Nullable CurrentHold> INNERMOST = new ThreadLocal<>();

    private final Holds holds;
    private final @Nullable CurrentHold outer;

    private CurrentHold(Holds holds, @Nullable CurrentHold outer) {
        this.holds = holds;
        this.outer = outer;
    }

    /**
     * The hold of the innermost annotated method; of several locks, the one that was taken last.
     *
     * @throws IllegalStateException if no annotated method is running on this thread
     */
    public static Hold get() {
        CurrentHold innermost = INNERMOST.get();
        if (innermost == null) {
            throw none("No method with @OwnedLock is running on "
                    + Thread.currentThread().getName());
        }
        return innermost.holds.last();
    }

    /**
     * The hold of a lock of this name, of the innermost annotated method that has one.
     *
     * @throws IllegalStateException if no method with an annotation of that name is running on this thread
     */
    public static Hold get(String name) {
        for (CurrentHold current = INNERMOST.get(); current != null; current = current.outer) {
            Hold hold = current.holds.last(name);
            if (hold != null) {
                return hold;
            }
        }
        throw none("No method with @OwnedLock(\"" + name + "\") is running on "
                + Thread.currentThread().getName());
    }

    private static IllegalStateException none(String what) {
        return new IllegalStateException(
                what + ". Probably it was called from within its own object, past the proxy, or this"
                        + " runs on another thread than that method.");
    }

    /** @return what to {@link #leave} with */
    static CurrentHold enter(Holds holds) {
        CurrentHold entered = new CurrentHold(holds, INNERMOST.get());
        INNERMOST.set(entered);
        return entered;
    }

    static void leave(CurrentHold entered) {
        if (entered.outer == null) {
            INNERMOST.remove();
        } else {
            INNERMOST.set(entered.outer);
        }
    }
}
