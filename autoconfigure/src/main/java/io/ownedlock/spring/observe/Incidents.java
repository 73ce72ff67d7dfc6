package io.ownedlock.spring.observe;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockListener;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what went wrong since the application started. */
public final class Incidents implements LockListener {

    private final LongAdder count = new LongAdder();
    private volatile @Nullable Instant last;

    @Override
    public void abandoned(Abandonment abandonment, int waitersTold) {
        last = abandonment.brokenAt();
        count.increment();
    }

    long count() {
        return count.sum();
    }

    @Nullable Instant last() {
        return last;
    }
}
