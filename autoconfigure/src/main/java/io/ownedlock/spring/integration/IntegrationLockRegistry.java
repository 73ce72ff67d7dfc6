package io.ownedlock.spring.integration;

import io.ownedlock.sync.TaskLock;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.util.Assert;

/**
 * Spring Integration's registry, over ours: an aggregator's group or a leader's role is the key of a lock of one name. So whoever waits
 * for it is told when the task that holds it ends, and operators see it as any other lock.
 *
 * <p>What cannot be a key of ours is refused: see {@link #obtain}. Safe for use by many threads.
 */
public final class IntegrationLockRegistry implements LockRegistry<TaskLock> {

    private final io.ownedlock.registry.LockRegistry locks;
    private final String name;

    /**
     * Makes it.
     *
     * @param locks where the locks are
     * @param name the name of all of them
     * @throws IllegalArgumentException if the name is blank
     */
    public IntegrationLockRegistry(io.ownedlock.registry.LockRegistry locks, String name) {
        Assert.hasText(name, "The name must not be blank");
        this.locks = locks;
        this.name = name;
    }

    /**
     * Looks a lock up, the same that our registry has under the name and this key. Never blocks.
     *
     * @throws IllegalArgumentException if the key is blank, or of a type that has no text of its own
     * @throws IllegalStateException if our registry has something else than a lock there
     * @throws io.ownedlock.sync.LockRefusedException if it is new, and there are too many of the name
     */
    @Override
    public TaskLock obtain(Object lockKey) {
        return locks.obtain(name, lockKey);
    }

    @Override
    public String toString() {
        return "locks of " + name;
    }
}
