package io.ownedlock.spring.observe.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A deadlock. Who is in it is in the log; here it would tell of keys. */
@Name("io.ownedlock.LockDeadlock")
@Label("Lock Deadlock")
@Description("A wait for a lock would never end")
final class LockDeadlockEvent extends RecordedEvent {

    @Label("Refused")
    @Description("Whether the wait was refused; it goes on where deadlocks are only warned of")
    boolean refused;
}
