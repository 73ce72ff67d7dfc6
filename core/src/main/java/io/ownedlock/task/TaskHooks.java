package io.ownedlock.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link Task} that keeps its own hooks, newest first, linked through the hooks themselves.
 *
 * <p>One writer: only the thread inside adds and unlinks, with plain writes and one release write of {@code newest}; which thread
 * that is changes hands through the task's word. A hook that another thread has done with is marked a <em>stray</em>, and unlinked
 * by the thread inside when it next adds one:
 *
 * <pre>
 *   new    -> linked     add, thread inside
 *   linked -> unlinked   remove, thread inside
 *   linked -> stray      remove, any other thread: stray first, strays second
 *   stray  -> unlinked   the next add: strays first, then the walk that looks for stray ones
 * </pre>
 *
 * <p>Readers: the end of the task owns the list, since nobody is inside any more, and passes over strays. Who tells the hooks
 * something while a thread is inside walks the list as that thread changes it: unlinked hooks keep their way to the older ones, so the walk passes
 * all that stay, and may miss what is added meanwhile.
 */
abstract class TaskHooks extends TaskWatches {

    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(TaskHooks.class, "newest", ExitHook.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private @Nullable ExitHook newest;
    private volatile boolean strays;

    /** The thread that is in the task, alive or not; {@code null} if there is none. */
    abstract @Nullable Thread inside();

    /**
     * Adds something to be done at this task's end. For primitives, and only for the thread inside. Does not look at the task's
     * state: who adds a hook and then takes something looks at {@link Task#isActive()} after that.
     *
     * @param hook a hook that was never added before
     */
    public void add(ExitHook hook) {
        if (strays) {
            dropStrays();
        }
        ExitHook older = newest;
        hook.older = older;
        if (older != null) {
            older.newer = hook;
        }
        NEWEST.setRelease(this, hook);
    }

    /** Takes back an {@link #add}; a second time, nothing happens. For primitives, on any thread. */
    public void remove(ExitHook hook) {
        if (inside() == Thread.currentThread()) {
            unlink(hook);
        } else {
            hook.stray = true;
            strays = true;
        }
    }

    private void unlink(ExitHook hook) {
        ExitHook newer = hook.newer;
        if (newer == hook) {
            return;
        }
        ExitHook older = hook.older;
        if (newer == null && newest == hook) {
            // The only call here, so the only step that the end of the stack can strike: nothing has happened yet.
            NEWEST.setRelease(this, older);
        }
        hook.newer = hook;
        if (older != null) {
            older.newer = newer;
        }
        if (newer != null) {
            newer.older = older;
        }
    }

    private void dropStrays() {
        strays = false;
        for (ExitHook hook = newest; hook != null; hook = hook.older) {
            if (hook.stray) {
                unlink(hook);
            }
        }
    }

    /** Whether there is any; for the thread inside, and almost always no when it enters and when it leaves. */
    final boolean hasHooks() {
        return newest != null;
    }

    /** The thread inside has left, or one has entered; others may be inside already. */
    final void tellMoved() {
        for (ExitHook hook = (ExitHook) NEWEST.getAcquire(this); hook != null; hook = hook.older) {
            try {
                hook.onMoved(self());
            } catch (RuntimeException | Error e) {
                warn(hook, e);
            }
        }
    }

    @Override
    final void tellEnding() {
        // Pairs with the fence of a waiter between adding its hook and looking at the state: one of the two sees the
        // other.
        VarHandle.fullFence();
        for (ExitHook hook = (ExitHook) NEWEST.getAcquire(this); hook != null; hook = hook.older) {
            tellEnding(hook);
        }
        super.tellEnding();
    }

    @Override
    final void runHooks(TaskEnd end) {
        ExitHook hook = newest;
        while (hook != null && hook.older != null) {
            hook = hook.older;
        }
        run(hook, end);
        // Who keeps an ended task, a thread that never left it for one, is not to keep all that it held.
        newest = null;
        super.runHooks(end);
    }
}
