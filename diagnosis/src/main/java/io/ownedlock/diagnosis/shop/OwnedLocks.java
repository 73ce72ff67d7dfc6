package io.ownedlock.diagnosis.shop;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.TaskLock;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

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

    /** For an operator who has looked. */
    @RestController
    @Profile("ours")
    static class Repair {

        private final OwnedLocks locks;

        Repair(OwnedLocks locks) {
            this.locks = locks;
        }

        @PostMapping("/locks/{name}/{key}/repair")
        String repair(@PathVariable String name, @PathVariable String key) {
            return locks.obtain(name, key).repair() ? "repaired" : "was not poisoned";
        }
    }
}
