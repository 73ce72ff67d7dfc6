package io.ownedlock.sync;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Which lock: its static name and, where there are many of that name, the key.
 *
 * @param name the kind of lock, as in settings and metrics; not blank
 * @param key which one; {@code null} if the name has only one
 */
public record LockId(String name, @Nullable String key) implements Serializable {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public LockId {
        if (requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("A lock's name must not be blank");
        }
    }

    @Override
    public String toString() {
        return key == null ? name : name + "[" + key + "]";
    }
}
