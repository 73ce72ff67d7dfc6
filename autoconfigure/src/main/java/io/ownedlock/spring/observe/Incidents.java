package io.ownedlock.spring.observe;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockListener;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what went wrong since the application started, and remembers the last of it. Safe for use by many threads. */
public final class Incidents implements LockListener {

    private static final int REMEMBERED = 100;

    /**
     * What went wrong, and how many were told.
     *
     * @param what text and times only, so that nothing else is kept alive
     */
    record Incident(Abandonment what, int waitersTold) {}

    private final LongAdder count = new LongAdder();
    private volatile @Nullable Instant last;

    /** Guarded by itself. */
    private final Deque<Incident> newestFirst = new ArrayDeque<>();

    @Override
    public void abandoned(Abandonment abandonment, int waitersTold) {
        last = abandonment.brokenAt();
        count.increment();
        remember(new Incident(abandonment, waitersTold));
    }

    @Override
    public void sealed(Abandonment seal, int waitersTold) {
        remember(new Incident(seal, waitersTold));
    }

    private void remember(Incident incident) {
        synchronized (newestFirst) {
            newestFirst.addFirst(incident);
            if (newestFirst.size() > REMEMBERED) {
                newestFirst.removeLast();
            }
        }
    }

    /** The last hundred at most, newest first: locks that were abandoned, and locks that were sealed, which are not counted. */
    List<Incident> recent() {
        synchronized (newestFirst) {
            return List.copyOf(newestFirst);
        }
    }

    long count() {
        return count.sum();
    }

    @Nullable Instant last() {
        return last;
    }
}
