package io.ownedlock.spring.observe.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A deadlock. Who is in it is in the log; here it would tell of keys. */
@Name("io.ownedlock.LockDeadlock")
@Label("Lock Deadlock")
@Description("A wait for a lock that would never have ended was refused")
final class LockDeadlockEvent extends RecordedEvent {}
