package io.ownedlock.park;

import io.ownedlock.task.Task;

/** One task's ownership of a resource, or of a part of it; never the same object again once it was given up. */
public interface Holding {

    /** Whose it is. */
    Task owner();
}
