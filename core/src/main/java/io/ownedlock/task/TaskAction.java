package io.ownedlock.task;

/**
 * What a task is to do.
 *
 * @param <T> what comes of it
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface TaskAction<T extends @org.jspecify.annotations.Nullable Object, X extends Throwable> {

    /** Does it. */
    T run() throws X;
}
