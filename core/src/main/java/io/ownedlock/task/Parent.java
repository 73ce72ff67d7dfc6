package io.ownedlock.task;

import org.jspecify.annotations.Nullable;

/**
 * Who had some work begun, as text: what errors and logs name as a task's parent. Taken where the work is submitted and brought
 * to the thread that does it, it says whose child a task is that starts there. It is a name and nothing more: no lock of that task comes
 * along, no thread is in it, and it may have ended long ago.
 *
 * <p>A program that {@linkplain Task#runBeside(String, TaskKind, Parent, TaskAction) runs} its submitted work in a task needs only
 * {@link #capture()}. The other methods are for what moves context between threads without knowing about tasks.
 *
 * <p>Immutable; safe for use by many threads.
 */
public final class Parent {

    private static final ThreadLocal<@Nullable String> BROUGHT = new ThreadLocal<>();

    final String label;
    private final @Nullable String replaced;

    private Parent(String label, @Nullable String replaced) {
        this.label = label;
        this.replaced = replaced;
    }

    /**
     * What a task that starts now on the calling thread is a child of: the task that the thread is in, else what was
     * {@linkplain #bring() brought} to it. {@code null} if there is neither; a thread's own task has no children.
     */
    public static @Nullable Parent capture() {
        String brought = BROUGHT.get();
        String label = Task.hasCurrent() ? Task.current().label() : brought;
        return label == null ? null : new Parent(label, brought);
    }

    /** Makes this the parent of what the calling thread starts while it is in no task. */
    public void bring() {
        BROUGHT.set(label);
    }

    /** Undoes what the calling thread was brought since this was captured on it. */
    public void restore() {
        if (replaced == null) {
            forget();
        } else {
            BROUGHT.set(replaced);
        }
    }

    /** Forgets what the calling thread was brought. */
    public static void forget() {
        BROUGHT.remove();
    }

    /** The task's short form, as logs and errors have it. */
    @Override
    public String toString() {
        return label;
    }
}
