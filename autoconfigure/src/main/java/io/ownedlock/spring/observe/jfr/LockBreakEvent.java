package io.ownedlock.spring.observe.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timestamp;
import org.jspecify.annotations.Nullable;

/** An incident. Its thread is the one that has found it out. */
@Name("io.ownedlock.LockBreak")
@Label("Lock Break")
@Description("A lock was abandoned by an owner that ended, or sealed since its owner goes on")
final class LockBreakEvent extends RecordedEvent {

    @Label("Incident")
    @Description("The id that is in the log and in the waiters' errors")
    @Nullable String incident;

    @Label("Reason")
    @Nullable String reason;

    @Label("Sealed")
    @Description("Whether the owner goes on and nobody may wait for it; otherwise it has ended")
    boolean sealed;

    @Label("Owner")
    @Nullable String owner;

    @Label("Acquired At")
    @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
    long acquiredAt;

    @Label("Waiters Told")
    int waitersTold;
}
