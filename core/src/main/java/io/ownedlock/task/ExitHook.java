package io.ownedlock.task;

import org.jspecify.annotations.Nullable;

/**
 * Something to be done when a task ends: the one thing a task knows about locks. A primitive {@linkplain Task#add adds} its
 * hook before it tries to become the task's, and {@linkplain Task#remove removes} it after it was given back; the hook
 * therefore must find out by itself whether there is anything to give up.
 *
 * <p>A hook belongs to one task, once, and is added there either by {@link Task#add} or by {@link Task#watch}. The links of the task's list are kept in the hook, so that adding one allocates
 * nothing.
 */
public abstract class ExitHook {

    @Nullable ExitHook older;

    /** The hook itself once it is unlinked: its neighbours are others by then. */
    @Nullable ExitHook newer;

    volatile boolean stray;

    /**
     * The task was told to end while a thread is still inside. Called on the thread that told it, at most once, perhaps at the
     * same time as the thread inside adds and removes hooks: a hook added meanwhile may be missed, so who parks looks at the
     * task's state after adding its hook.
     */
    protected void onEnding(Task task) {}

    /**
     * The thread inside has left, or one has entered: for those who show who is inside. Called on that thread; others may have come
     * and gone since, so this looks by itself. Not called for hooks that were {@linkplain Task#watch added from outside}.
     */
    protected void onMoved(Task task) {}

    /**
     * The task has ended and no thread is inside. Called once. Whatever this throws is logged, and harms no other hook.
     *
     * @param end how the task ended
     */
    protected abstract void onEnded(Task task, TaskEnd end);
}
