package io.ownedlock.spring.observe;

import static java.util.Objects.requireNonNull;

import io.ownedlock.spring.LockEvent;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.Overdue;
import io.ownedlock.task.TaskInfo;
import java.time.Duration;
import org.springframework.context.ApplicationEventPublisher;

/** Publishes incidents as application events, on the thread that found them out; see {@link LockEvent}. */
public final class LockEvents implements LockListener {

    private final ApplicationEventPublisher publisher;

    /** Makes it. */
    public LockEvents(ApplicationEventPublisher publisher) {
        this.publisher = requireNonNull(publisher, "publisher");
    }

    @Override
    public void abandoned(Abandonment abandonment, int waitersTold) {
        publisher.publishEvent(new LockEvent.Abandoned(abandonment, waitersTold));
    }

    @Override
    public void sealed(Abandonment seal, int waitersTold) {
        publisher.publishEvent(new LockEvent.Sealed(seal, waitersTold));
    }

    @Override
    public void overdue(Overdue overdue) {
        publisher.publishEvent(new LockEvent.Overdue(overdue));
    }

    @Override
    public void deadlock(LockId lock, String cycle) {
        publisher.publishEvent(new LockEvent.Deadlock(lock, cycle));
    }

    @Override
    public void reclaimed(LockId lock, TaskInfo owner, long heldNanos) {
        publisher.publishEvent(new LockEvent.Reclaimed(lock, owner, Duration.ofNanos(heldNanos)));
    }

    @Override
    public void repaired(LockId lock) {
        publisher.publishEvent(new LockEvent.Repaired(lock));
    }

    void operated(LockEvent.Operated operated) {
        publisher.publishEvent(operated);
    }
}
