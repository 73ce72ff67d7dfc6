package io.ownedlock.spring.observe;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
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
    private final Counter reclaimed;
    private final Counter overdue;
    private final Counter deadlock;

    NameMeters(MeterRegistry registry, String name, Supplier<Census> census) {
        for (WaitOutcome outcome : WaitOutcome.values()) {
            wait.put(outcome, LockMeter.WAIT.timer(registry, NAME, name, "outcome", tag(outcome)));
        }
        for (BreakReason reason : BreakReason.values()) {
            broken.put(reason, LockMeter.BROKEN.counter(registry, NAME, name, "reason", tag(reason)));
        }
        hold = LockMeter.HOLD.timer(registry, NAME, name);
        reclaimed = LockMeter.RECLAIMED.counter(registry, NAME, name);
        overdue = LockMeter.OVERDUE.counter(registry, NAME, name);
        deadlock = LockMeter.DEADLOCK.counter(registry, NAME, name);
        LockMeter.HELD.gauge(registry, () -> census.get().held(), NAME, name);
        LockMeter.WAITING.gauge(registry, () -> census.get().waiting(), NAME, name);
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

    void reclaimed() {
        reclaimed.increment();
    }

    void overdue() {
        overdue.increment();
    }

    void deadlock() {
        deadlock.increment();
    }
}
