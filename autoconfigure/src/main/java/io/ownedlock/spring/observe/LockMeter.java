package io.ownedlock.spring.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.Supplier;

/** The meters, by their names. Tags are a lock's name and closed sets of words; a key is never a tag. */
enum LockMeter {
    WAIT("owned.lock.wait", "Time from asking for a lock to getting it, or to giving up"),
    HOLD("owned.lock.hold", "Time locks were held that were given back"),
    HELD("owned.lock.held", "Locks that are held"),
    WAITING("owned.lock.waiting", "Waits for a lock that go on"),
    BROKEN("owned.lock.broken", "Locks abandoned by an owner that ended, or sealed since it goes on"),
    RECLAIMED("owned.lock.reclaimed", "Permits, tokens and read sides taken back from an owner that ended"),
    OVERDUE("owned.lock.overdue", "Owners that have held a lock for longer than they may"),
    DEADLOCK("owned.lock.deadlock", "Waits that were found to never end");

    private final String id;
    private final String description;

    LockMeter(String id, String description) {
        this.id = id;
        this.description = description;
    }

    Timer timer(MeterRegistry registry, String... tags) {
        return Timer.builder(id).description(description).tags(tags).register(registry);
    }

    Counter counter(MeterRegistry registry, String... tags) {
        return Counter.builder(id).description(description).tags(tags).register(registry);
    }

    void gauge(MeterRegistry registry, Supplier<Number> value, String... tags) {
        Gauge.builder(id, value).description(description).tags(tags).register(registry);
    }
}
