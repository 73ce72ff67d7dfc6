package io.ownedlock.spring.observe;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.WaitOutcome;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The meters of one lock name. All are made at once, so that what has not happened yet reads as zero and not as unknown. */
final class NameMeters {

    private static final String NAME = "name";

    private final Map<WaitOutcome, Timer> wait = new EnumMap<>(WaitOutcome.class);
    private final Map<BreakReason, Counter> broken = new EnumMap<>(BreakReason.class);
    private final Timer hold;

    NameMeters(MeterRegistry registry, String name, Supplier<Census> census) {
        for (WaitOutcome outcome : WaitOutcome.values()) {
            wait.put(
                    outcome,
                    Timer.builder(LockMeter.WAIT.id())
                            .description(LockMeter.WAIT.description())
                            .tags(NAME, name, "outcome", tag(outcome))
                            .register(registry));
        }
        for (BreakReason reason : BreakReason.values()) {
            broken.put(
                    reason,
                    Counter.builder(LockMeter.BROKEN.id())
                            .description(LockMeter.BROKEN.description())
                            .tags(NAME, name, "reason", tag(reason))
                            .register(registry));
        }
        hold = Timer.builder(LockMeter.HOLD.id())
                .description(LockMeter.HOLD.description())
                .tags(NAME, name)
                .register(registry);
        gauge(registry, LockMeter.HELD, name, () -> census.get().held());
        gauge(registry, LockMeter.WAITING, name, () -> census.get().waiting());
    }

    private static void gauge(MeterRegistry registry, LockMeter meter, String name, Supplier<Number> value) {
        Gauge.builder(meter.id(), value)
                .description(meter.description())
                .tags(NAME, name)
                .register(registry);
    }

    private static String tag(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    void waited(WaitOutcome outcome, long nanos) {
        requireNonNull(wait.get(outcome)).record(nanos, TimeUnit.NANOSECONDS);
    }

    void held(long nanos) {
        hold.record(nanos, TimeUnit.NANOSECONDS);
    }

    void broken(BreakReason reason) {
        requireNonNull(broken.get(reason)).increment();
    }
}
