package io.ownedlock.races.lincheck;

import io.ownedlock.time.Ticker;
import java.time.Instant;

/** Time that passes only where it is told to, so that a run goes the same way each time. */
final class StandingClock implements Ticker {

    private volatile long nanos;

    synchronized void pass(long more) {
        nanos += more;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(nanos);
    }
}
