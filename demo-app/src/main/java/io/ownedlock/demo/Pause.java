package io.ownedlock.demo;

import java.time.Duration;

/** Plays work that takes its time; tests put something else here to decide when it is done. */
@FunctionalInterface
public interface Pause {

    /** Returns after so long. */
    void of(Duration duration);
}
