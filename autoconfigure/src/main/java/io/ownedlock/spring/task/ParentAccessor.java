package io.ownedlock.spring.task;

import io.micrometer.context.ThreadLocalAccessor;
import io.ownedlock.task.Parent;
import org.jspecify.annotations.Nullable;

/**
 * Carries the task of a thread along with Micrometer's context snapshots, as the parent of what starts on the other thread and
 * never as the owner of anything there: at most one thread is in a task. Found by its entry in {@code META-INF/services}, so it works wherever
 * snapshots are taken, and keeps nothing of any application.
 */
public final class ParentAccessor implements ThreadLocalAccessor<Parent> {

    /** The key under which snapshots and Reactor's context have it. */
    public static final String KEY = "io.ownedlock.task.parent";

    @Override
    public Object key() {
        return KEY;
    }

    @Override
    public @Nullable Parent getValue() {
        return Parent.capture();
    }

    @Override
    public void setValue(Parent parent) {
        parent.bring();
    }

    @Override
    public void setValue() {
        Parent.forget();
    }

    @Override
    public void restore(Parent previous) {
        previous.restore();
    }

    @Override
    public void restore() {
        Parent.forget();
    }
}
