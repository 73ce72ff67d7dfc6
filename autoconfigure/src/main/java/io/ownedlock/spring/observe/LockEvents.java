package io.ownedlock.spring.observe;

import static java.util.Objects.requireNonNull;

import io.ownedlock.spring.LockEvent;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.Overdue;
import io.ownedlock.task.TaskInfo;
import java.time.Duration;
import org.springframework.beans.factory.BeanCreationNotAllowedException;
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
        publish(new LockEvent.Abandoned(abandonment, waitersTold));
    }

    @Override
    public void sealed(Abandonment seal, int waitersTold) {
        publish(new LockEvent.Sealed(seal, waitersTold));
    }

    @Override
    public void overdue(Overdue overdue) {
        publish(new LockEvent.Overdue(overdue));
    }

    @Override
    public void deadlock(LockId lock, String cycle) {
        publish(new LockEvent.Deadlock(lock, cycle, true));
    }

    @Override
    public void deadlockWarned(LockId lock, String cycle) {
        publish(new LockEvent.Deadlock(lock, cycle, false));
    }

    @Override
    public void reclaimed(LockId lock, TaskInfo owner, long heldNanos) {
        publish(new LockEvent.Reclaimed(lock, owner, Duration.ofNanos(heldNanos)));
    }

    @Override
    public void repaired(LockId lock) {
        publish(new LockEvent.Repaired(lock));
    }

    void operated(LockEvent.Operated operated) {
        publish(operated);
    }

    private void publish(LockEvent event) {
        try {
            publisher.publishEvent(event);
        } catch (BeanCreationNotAllowedException closing) {
            // The application is on its way out, and a listener that was not made in time is not made any more.
        }
    }
}
