package io.ownedlock.watchdog;

/** One thing the {@link Watchdog} looks after. */
@FunctionalInterface
public interface Guard {

    /** Looks once, and does what is needed. What this throws is logged and stops neither the other guards nor the next round. */
    void inspect();
}
