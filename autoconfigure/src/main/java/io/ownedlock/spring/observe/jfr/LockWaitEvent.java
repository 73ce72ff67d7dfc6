package io.ownedlock.spring.observe.jfr;

import io.ownedlock.sync.WaitOutcome;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A wait. Its thread is the one that waited, or has the news of it. */
@Name("io.ownedlock.LockWait")
@Label("Lock Wait")
@Description("A task has waited for a lock, or went away without it")
final class LockWaitEvent extends RecordedEvent {

    @Label("Waited")
    @Timespan
    long waited;

    @Label("Outcome")
    @Nullable String outcome;

    @SettingDefinition
    @Name("over")
    @Label("Over")
    @Description("Record waits that got the lock only if they took so long; who does not get it is always recorded")
    @Timespan
    boolean over(Over over) {
        return !WaitOutcome.GRANTED.name().equals(outcome) || over.isReachedBy(waited);
    }
}
