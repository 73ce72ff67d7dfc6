package io.ownedlock.spring.observe;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.Overdue;
import io.ownedlock.sync.WaitOutcome;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.time.Ticker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what happens to locks into every meter registry it is bound to. The meters of a lock name appear when the first of its
 * locks is taken.
 *
 * <p>The lock registry tells it what happens, and is asked what is held when somebody reads a gauge: so this is made before the
 * lock registry, and asks for it late. What happens before it is bound, at start-up, is not recorded.
 */
public final class LockMetrics implements LockListener, MeterBinder {

    /** One look at all locks serves all gauges of a scrape. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Reading(long atNanos, Map<String, Census> byName) {}

    private record Bound(MeterRegistry registry, Map<String, NameMeters> byName) {}

    private final Supplier<LockRegistry> locks;
    private final Ticker ticker;
    private final List<Bound> bound = new CopyOnWriteArrayList<>();
    private volatile @Nullable Reading reading;

    /** Makes it; the registry is asked for when a gauge is first read. */
    public LockMetrics(Supplier<LockRegistry> locks) {
        this(locks, Ticker.system());
    }

    LockMetrics(Supplier<LockRegistry> locks, Ticker ticker) {
        this.locks = requireNonNull(locks, "locks");
        this.ticker = ticker;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bound.add(new Bound(registry, new ConcurrentHashMap<>()));
    }

    @Override
    public void acquired(LockId lock, long waitNanos) {
        write(lock, meters -> meters.waited(WaitOutcome.GRANTED, waitNanos));
    }

    @Override
    public void notAcquired(LockId lock, WaitOutcome outcome, long waitNanos) {
        write(lock, meters -> meters.waited(outcome, waitNanos));
    }

    @Override
    public void released(LockId lock, long heldNanos) {
        write(lock, meters -> meters.held(heldNanos));
    }

    @Override
    public void abandoned(Abandonment abandonment, int waitersTold) {
        write(abandonment.lock(), meters -> meters.broken(abandonment.reason()));
    }

    @Override
    public void sealed(Abandonment seal, int waitersTold) {
        write(seal.lock(), meters -> meters.broken(seal.reason()));
    }

    @Override
    public void reclaimed(LockId lock, TaskInfo owner, long heldNanos) {
        write(lock, NameMeters::reclaimed);
    }

    @Override
    public void overdue(Overdue overdue) {
        write(overdue.lock(), NameMeters::overdue);
    }

    @Override
    public void deadlock(LockId lock, String cycle) {
        write(lock, NameMeters::deadlock);
    }

    @Override
    public void deadlockWarned(LockId lock, String cycle) {
        write(lock, NameMeters::deadlock);
    }

    private void write(LockId lock, Consumer<NameMeters> event) {
        for (Bound to : bound) {
            // Looking alone takes no lock, and every acquisition comes by here.
            NameMeters meters = to.byName().get(lock.name());
            event.accept(meters == null ? make(to, lock.name()) : meters);
        }
    }

    private NameMeters make(Bound to, String name) {
        return to.byName().computeIfAbsent(name, absent -> new NameMeters(to.registry(), absent, () -> census(absent)));
    }

    private Census census(String name) {
        Reading seen = reading;
        if (seen == null || ticker.nanos() - seen.atNanos() >= FRESH_NANOS) {
            seen = new Reading(ticker.nanos(), Census.byName(locks.get()));
            reading = seen;
        }
        return seen.byName().getOrDefault(name, Census.NONE);
    }
}
