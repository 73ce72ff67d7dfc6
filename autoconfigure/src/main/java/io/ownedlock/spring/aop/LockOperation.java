package io.ownedlock.spring.aop;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one annotated method asks for.
 *
 * @param method the method, as tasks and errors name it
 * @param name the lock's name
 * @param key which lock of that name; {@code null} if there is only one
 * @param waitAtMost how long to wait; {@code null} for what the settings say
 */
record LockOperation(
        String method,
        String name,
        @Nullable KeyExpression key,
        @Nullable Duration waitAtMost) {

    /** The lock for a call with these arguments, not taken yet. */
    TaskLock obtain(LockRegistry registry, @Nullable Object[] arguments) {
        if (key == null) {
            return registry.obtain(name);
        }
        try {
            return registry.obtain(name, key.evaluate(arguments));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "@OwnedLock on " + method + " has no key for this call. \"" + key + "\": " + e.getMessage(), e);
        }
    }

    Hold acquire(TaskLock lock) {
        return waitAtMost == null ? lock.acquire() : lock.acquire(waitAtMost);
    }
}
