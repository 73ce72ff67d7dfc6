package io.ownedlock.spring.observe.call;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.ownedlock.spring.observe.call.LockCallDocumentation.HighCardinality;
import io.ownedlock.spring.observe.call.LockCallDocumentation.LowCardinality;
import io.ownedlock.sync.WaitOutcome;
import java.util.Locale;

/** What {@link LockCallDocumentation} says. */
public class DefaultLockCallConvention implements LockCallConvention {

    @Override
    public String getName() {
        return "owned.lock.call";
    }

    @Override
    public String getContextualName(LockCallContext context) {
        return "lock " + names(context);
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(LockCallContext context) {
        return KeyValues.of(
                LowCardinality.NAME.withValue(names(context)), LowCardinality.OUTCOME.withValue(outcome(context)));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(LockCallContext context) {
        return KeyValues.of(HighCardinality.METHOD.withValue(context.method()));
    }

    private static String names(LockCallContext context) {
        return String.join(",", context.locks());
    }

    private static String outcome(LockCallContext context) {
        WaitOutcome outcome = context.outcome();
        if (outcome != null) {
            return outcome.name().toLowerCase(Locale.ROOT);
        }
        return context.isSkipped() ? "skipped" : KeyValue.NONE_VALUE;
    }
}
