package io.ownedlock.spring.aop;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.OwnedLock.Mode;
import io.ownedlock.spring.OwnedLock.WhenHeld;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.HoldableLock;
import io.ownedlock.sync.TaskReadWriteLock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one annotation asks for at each call.
 *
 * @param method the method, as errors name it
 * @param name the lock's name
 * @param key which lock of that name; {@code null} if there is only one
 * @param mode the lock, or a side of a pair
 * @param whenHeld what to do while somebody else has it
 * @param waitAtMost how long to wait; {@code null} for what the settings say
 */
record LockOperation(
        String method,
        String name,
        @Nullable KeyExpression key,
        Mode mode,
        WhenHeld whenHeld,
        @Nullable Duration waitAtMost) {

    /** The lock for a call with these arguments, not taken yet. */
    HoldableLock obtain(LockRegistry registry, @Nullable Object[] arguments) {
        if (key == null) {
            return mode == Mode.EXCLUSIVE ? registry.obtain(name) : side(registry.obtainReadWrite(name));
        }
        try {
            Object value = key.evaluate(arguments);
            return mode == Mode.EXCLUSIVE ? registry.obtain(name, value) : side(registry.obtainReadWrite(name, value));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "@OwnedLock on " + method + " has no key for this call. \"" + key + "\": " + e.getMessage(), e);
        }
    }

    private HoldableLock side(TaskReadWriteLock pair) {
        return mode == Mode.READ ? pair.readLock() : pair.writeLock();
    }

    /** @return {@code null} if it is held, and the call is to be skipped then */
    @Nullable Hold acquire(HoldableLock lock) {
        return switch (whenHeld) {
            case WAIT -> waitAtMost == null ? lock.acquire() : lock.acquire(waitAtMost);
            case FAIL -> lock.acquire(Duration.ZERO);
            case SKIP -> lock.tryAcquire();
        };
    }
}
