package io.ownedlock.diagnosis.shop;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.TaskLock;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/** Those of the starter's registry. */
@Component
@Profile("ours")
class OwnedLocks implements Locks {

    private final LockRegistry registry;

    OwnedLocks(LockRegistry registry) {
        this.registry = registry;
    }

    @Override
    public TaskLock obtain(String name, String key) {
        return registry.obtain(name, key);
    }

    /** Gives the lock back when the change is whole. Who ends before that leaves it to the policy of the name. */
    @Override
    public void change(String name, String key, Runnable change) {
        TaskLock lock = obtain(name, key);
        lock.lock();
        change.run();
        lock.unlock();
    }
}
