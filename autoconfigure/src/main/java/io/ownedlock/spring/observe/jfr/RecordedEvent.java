package io.ownedlock.spring.observe.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * What the events have in common. They have no beginning: a listener is told of a time when it is over, and to remember since when
 * would cost something for every hold. So a time is a field, and how long it has to be is a setting of ours.
 */
@Category("OwnedLock")
@StackTrace
abstract class RecordedEvent extends Event {

    @Label("Lock")
    @Description("The lock's name; its key may be personal, and is in no recording")
    @Nullable String lock;
}
