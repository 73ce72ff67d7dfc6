package io.ownedlock.spring;

import io.ownedlock.registry.LockRegistry;

/**
 * Changes the auto-configured {@link LockRegistry} before it is made. Every bean of this type is called, in order, after the
 * properties and the listeners of the application have been applied, so what it says wins.
 */
@FunctionalInterface
public interface LockRegistryCustomizer {

    /** Changes what the registry will be made of. */
    void customize(LockRegistry.Builder builder);
}
