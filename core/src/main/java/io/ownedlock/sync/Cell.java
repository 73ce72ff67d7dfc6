package io.ownedlock.sync;

import org.jspecify.annotations.Nullable;

/** What a lock's cell can contain. A state is an object, so that to replace it is to have seen exactly it. */
sealed interface Cell permits Cell.Free, Cell.Poisoned, Grant {

    /** Nobody holds the lock; the predecessor, if any, has abandoned it and nobody has closed a hold since. */
    record Free(@Nullable Abandonment predecessor) implements Cell {

        static final Free CLEAN = new Free(null);
    }

    /** Broken until repaired. */
    record Poisoned(Abandonment abandonment) implements Cell {}
}
