package io.ownedlock.spring.observe.jfr;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.WaitOutcome;
import jdk.jfr.Event;

/**
 * Writes what happens to locks into the recordings of the JDK's Flight Recorder. Nothing is made while nobody records, and the
 * recorder is not woken up.
 */
public final class LockFlightRecorder implements LockListener {

    // Asked whether anybody records, and never written: this makes nothing, and does not wake the recorder up as its
    // own types do.
    private static final Event WAIT = new LockWaitEvent();
    private static final Event HOLD = new LockHoldEvent();
    private static final Event BREAK = new LockBreakEvent();
    private static final Event DEADLOCK = new LockDeadlockEvent();

    /** Who did not wait is no event. */
    @Override
    public void acquired(LockId lock, long waitNanos) {
        if (waitNanos > 0) {
            waited(lock, WaitOutcome.GRANTED, waitNanos);
        }
    }

    @Override
    public void notAcquired(LockId lock, WaitOutcome outcome, long waitNanos) {
        waited(lock, outcome, waitNanos);
    }

    private static void waited(LockId lock, WaitOutcome outcome, long waitNanos) {
        if (WAIT.isEnabled()) {
            LockWaitEvent event = new LockWaitEvent();
            event.lock = lock.name();
            event.outcome = outcome.name();
            event.waited = waitNanos;
            event.commit();
        }
    }

    @Override
    public void released(LockId lock, long heldNanos) {
        if (HOLD.isEnabled()) {
            LockHoldEvent event = new LockHoldEvent();
            event.lock = lock.name();
            event.held = heldNanos;
            event.commit();
        }
    }

    @Override
    public void abandoned(Abandonment abandonment, int waitersTold) {
        broken(abandonment, waitersTold);
    }

    @Override
    public void sealed(Abandonment seal, int waitersTold) {
        broken(seal, waitersTold);
    }

    private static void broken(Abandonment what, int waitersTold) {
        if (BREAK.isEnabled()) {
            LockBreakEvent event = new LockBreakEvent();
            event.lock = what.lock().name();
            event.incident = what.incident();
            event.reason = what.reason().name();
            event.sealed = what.reason().isOwnerInside();
            event.owner = what.owner().label();
            event.acquiredAt = what.acquiredAt().toEpochMilli();
            event.waitersTold = waitersTold;
            event.commit();
        }
    }

    @Override
    public void deadlock(LockId lock, String cycle) {
        deadlock(lock, true);
    }

    @Override
    public void deadlockWarned(LockId lock, String cycle) {
        deadlock(lock, false);
    }

    private static void deadlock(LockId lock, boolean refused) {
        if (DEADLOCK.isEnabled()) {
            LockDeadlockEvent event = new LockDeadlockEvent();
            event.lock = lock.name();
            event.refused = refused;
            event.commit();
        }
    }
}
