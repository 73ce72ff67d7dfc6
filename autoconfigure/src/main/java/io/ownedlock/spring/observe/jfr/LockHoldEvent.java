package io.ownedlock.spring.observe.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.Timespan;

/** A hold that is over. Its thread is the one that has given the lock back. */
@Name("io.ownedlock.LockHold")
@Label("Lock Hold")
@Description("A task has given a lock back")
final class LockHoldEvent extends RecordedEvent {

    @Label("Held")
    @Timespan
    long held;

    @SettingDefinition
    @Name("over")
    @Label("Over")
    @Description("Record holds only if they took so long")
    @Timespan
    boolean over(Over over) {
        return over.isReachedBy(held);
    }
}
