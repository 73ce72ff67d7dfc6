package io.ownedlock.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link Task} that keeps the hooks from outside: a list that never changes and is swapped for another.
 *
 * <pre>
 *   list -> longer list    watch, by anybody
 *   list -> shorter list   unwatch, by anybody
 *   list -> OVER           the end, once, after it has written the task's word
 * </pre>
 *
 * Each is one compare-and-set of {@code watches}. A hook is therefore in the list that was swapped for {@code OVER}, and runs, or
 * finds {@code OVER}, and is refused; there is nothing in between.
 */
abstract class TaskWatches {

    static final SafeLog LOG = new SafeLog(Task.class);
    private static final VarHandle WATCHES;

    static {
        try {
            WATCHES = MethodHandles.lookup().findVarHandle(TaskWatches.class, "watches", Watch.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Watch watches;

    abstract Task self();

    abstract boolean isEnded();

    /**
     * Adds something to be done at this task's end, from any thread and without the task's consent. Either it is added and the
     * end will run it, or the task is over and nothing was added; there is nothing in between. A {@link Task#add} by the thread
     * inside costs less.
     *
     * @param hook a hook that was never added before; those of one task run in the order in which they were added
     * @return {@code false} if the task is over
     */
    public boolean watch(ExitHook hook) {
        for (; ; ) {
            Watch seen = watches;
            if (seen == Watch.OVER || isEnded()) {
                return false;
            }
            if (WATCHES.compareAndSet(this, seen, new Watch(hook, seen))) {
                return true;
            }
        }
    }

    /**
     * Takes back a {@link #watch}, on any thread.
     *
     * @return {@code false} if the hook is not there, or the task's end has got hold of it
     */
    public boolean unwatch(ExitHook hook) {
        for (; ; ) {
            Watch seen = watches;
            Watch rest = Watch.without(seen, hook);
            if (rest == seen) {
                return false;
            }
            if (WATCHES.compareAndSet(this, seen, rest)) {
                return true;
            }
        }
    }

    /** The task is ending; a hook that is added at this moment may be missed. */
    void tellEnding() {
        for (Watch watch = watches; watch != null && watch.hook() != null; watch = watch.older()) {
            tellEnding(watch.hook());
        }
    }

    final void tellEnding(ExitHook hook) {
        try {
            hook.onEnding(self());
        } catch (RuntimeException | Error e) {
            warn(hook, e);
        }
    }

    /** The task has ended; by who has ended it, once. */
    void runHooks(TaskEnd end) {
        run(Watch.oldestFirst((Watch) WATCHES.getAndSet(this, Watch.OVER)), end);
    }

    final void run(@Nullable ExitHook oldest, TaskEnd end) {
        for (ExitHook hook = oldest; hook != null; hook = hook.newer) {
            if (!hook.stray) {
                try {
                    hook.onEnded(self(), end);
                } catch (RuntimeException | Error e) {
                    warn(hook, e);
                }
            }
        }
    }

    final void warn(ExitHook hook, Throwable e) {
        LOG.warn(() -> hook + " failed, a hook of " + this, e);
    }
}
