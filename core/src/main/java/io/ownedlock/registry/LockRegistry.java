package io.ownedlock.registry;

import static java.util.Objects.requireNonNull;

import io.ownedlock.deadlock.DeadlockDetector;
import io.ownedlock.deadlock.DeadlockPolicy;
import io.ownedlock.deadlock.Joining;
import io.ownedlock.park.Gate;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockEnvironment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import io.ownedlock.watchdog.Guard;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives one {@link TaskLock} for each name and key, the same for everyone who asks.
 *
 * <p>Locks nobody uses vanish. A lock that is idle at two {@linkplain #evictIdle() rounds} of eviction is let go of: as long as
 * anybody else keeps a reference it stays the same lock, which {@link #obtain} finds and keeps again; after that it is garbage.
 * What is held, waited for, poisoned or abandoned is kept.
 *
 * <p>Safe for use by many threads. Obtaining never blocks on a lock.
 */
public final class LockRegistry {

    private final LockSettings defaults;
    private final Map<String, LockSettings> settings;
    private final DeadlockDetector detector;
    private final LockEnvironment environment;
    private final ConcurrentHashMap<LockId, Entry> entries = new ConcurrentHashMap<>();
    private final ReferenceQueue<TaskLock> collected = new ReferenceQueue<>();

    private LockRegistry(Builder builder) {
        this.defaults = builder.defaults;
        this.settings = Map.copyOf(builder.settings);
        List<LockListener> listeners = new ArrayList<>();
        listeners.add(new Keeper());
        listeners.addAll(builder.listeners);
        this.detector =
                new DeadlockDetector(builder.gate == null ? builder.deadlock : DeadlockPolicy.OFF, builder.ticker);
        Gate gate = builder.gate == null ? detector.gate() : builder.gate;
        this.environment = new LockEnvironment(builder.ticker, builder.parker, gate, builder.executor, listeners);
    }

    /** Starts building a registry. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Looks the lock of a name up: the only one, which has no key. Not an acquisition.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public TaskLock obtain(String name) {
        return obtain(new LockId(name, null));
    }

    /**
     * Looks a lock up by name and key. Not an acquisition. Keys are equal if their texts are: {@code 42} and {@code "42"} are the
     * same lock.
     *
     * @param key a {@code String}, an integer of any size, a {@link java.util.UUID}, an enum constant, a {@code Character} or a
     *     {@code Boolean}
     * @throws IllegalArgumentException if the name or the key is blank, or the key is of another type
     */
    public TaskLock obtain(String name, Object key) {
        return obtain(new LockId(name, Keys.text(requireNonNull(key, "key"))));
    }

    private TaskLock obtain(LockId id) {
        for (; ; ) {
            Entry entry = entries.get(id);
            if (entry == null) {
                TaskLock created = TaskLock.create(id, settingsOf(id.name()), environment);
                entry = entries.putIfAbsent(id, new Entry(created, collected));
                if (entry == null) {
                    return created;
                }
            }
            TaskLock lock = entry.keep();
            if (lock != null) {
                return lock;
            }
            entries.remove(id, entry);
        }
    }

    /**
     * Declares that the current task is about to wait for the other to be over, so that a deadlock that goes through this wait is seen:
     * the other may want a lock of the current one. Close it when the wait is over, and do nothing but wait in between:
     *
     * <pre>{@code
     * try (Joining join = registry.joining(child)) {
     *     result = future.get();
     * }
     * }</pre>
     *
     * @throws io.ownedlock.deadlock.JoinRefusedException if that would never be, because the other waits for this one
     */
    public Joining joining(Task awaited) {
        return detector.joining(awaited);
    }

    /**
     * Declares that the current task is about to wait for a future of its own, one of a lock's or a semaphore's, so that a deadlock
     * that goes through this wait is seen: nobody else can know whether a future is waited for. Close it when the wait is over, and
     * do nothing but wait in between; if you bound the wait yourself, declare nothing.
     *
     * <pre>{@code
     * CompletableFuture<Hold> future = lock.acquireAsync();
     * try (Joining join = registry.joining(future)) {
     *     hold = future.get();
     * }
     * }</pre>
     *
     * If the wait would never end, the future fails with a {@link io.ownedlock.sync.DeadlockException}. Nothing is declared for a
     * future that is done, was derived from another one, or belongs to another task.
     */
    public Joining joining(CompletableFuture<?> awaited) {
        return detector.joining(awaited);
    }

    /** The settings that locks of this name have. */
    public LockSettings settingsOf(String name) {
        return settings.getOrDefault(name, defaults);
    }

    /** How many locks there are. */
    public int size() {
        return entries.size();
    }

    /** All locks as they are now, in no order. */
    public List<LockSnapshot> snapshot() {
        List<LockSnapshot> snapshots = new ArrayList<>();
        forEach(lock -> snapshots.add(lock.snapshot()));
        return snapshots;
    }

    /** Shows every lock to a visitor, in no order; locks made meanwhile may be missed. */
    public void forEach(Consumer<? super TaskLock> visitor) {
        for (Entry entry : entries.values()) {
            TaskLock lock = entry.get();
            if (lock != null) {
                visitor.accept(lock);
            }
        }
    }

    /** What a watchdog must do for these locks: break those whose owner is gone without a word, and evict the idle. */
    public List<Guard> guards() {
        return List.of(() -> forEach(TaskLock::inspectOwner), this::evictIdle);
    }

    /** One round of eviction. */
    void evictIdle() {
        for (Entry entry : entries.values()) {
            entry.letGoIfIdle();
        }
        for (Object gone = collected.poll(); gone != null; gone = collected.poll()) {
            Entry entry = (Entry) gone;
            entries.remove(entry.id, entry);
        }
    }

    /** Keeps a lock as soon as there is something to be known about it, even if it was let go of. */
    private final class Keeper implements LockListener {

        @Override
        public void abandoned(Abandonment abandonment, int waitersTold) {
            Entry entry = entries.get(abandonment.lock());
            if (entry != null) {
                entry.keep();
            }
        }
    }

    /**
     * The registry's reference to a lock: strong while the lock is in use, weak once it has been idle for a while. The weak one is
     * always there, which is what keeps a lock from being made twice.
     */
    private static final class Entry extends WeakReference<TaskLock> {

        private final LockId id;
        private volatile @Nullable TaskLock kept;
        private volatile boolean wasIdle;

        Entry(TaskLock lock, ReferenceQueue<TaskLock> collected) {
            super(lock, collected);
            this.id = lock.id();
            this.kept = lock;
        }

        @Nullable TaskLock keep() {
            TaskLock lock = get();
            if (wasIdle) {
                wasIdle = false;
            }
            if (kept == null) {
                kept = lock;
            }
            return lock;
        }

        void letGoIfIdle() {
            TaskLock lock = get();
            if (lock == null) {
                return;
            }
            if (!lock.isIdle()) {
                keep();
            } else if (wasIdle) {
                kept = null;
            } else {
                wasIdle = true;
            }
        }
    }

    /** Collects what a {@link LockRegistry} is made of. Not safe for use by many threads. */
    public static final class Builder {

        private LockSettings defaults = LockSettings.DEFAULTS;
        private final Map<String, LockSettings> settings = new HashMap<>();
        private final List<LockListener> listeners = new ArrayList<>();
        private Ticker ticker = Ticker.system();
        private Parker parker = Parker.system();
        private DeadlockPolicy deadlock = DeadlockPolicy.THROW;
        private @Nullable Gate gate;
        private Executor executor = ForkJoinPool.commonPool();

        private Builder() {}

        /** The settings of every name that has none of its own. */
        public Builder defaults(LockSettings defaults) {
            this.defaults = requireNonNull(defaults, "defaults");
            return this;
        }

        /** The settings of one name. */
        public Builder settings(String name, LockSettings settings) {
            this.settings.put(requireNonNull(name, "name"), requireNonNull(settings, "settings"));
            return this;
        }

        /** Adds a listener; they are told in the order they were added. */
        public Builder listener(LockListener listener) {
            this.listeners.add(requireNonNull(listener, "listener"));
            return this;
        }

        /** Where time comes from. */
        public Builder ticker(Ticker ticker) {
            this.ticker = requireNonNull(ticker, "ticker");
            return this;
        }

        /** How threads sleep. */
        public Builder parker(Parker parker) {
            this.parker = requireNonNull(parker, "parker");
            return this;
        }

        /**
         * What is done about tasks that wait for each other; a wait that can never end is refused, if nothing else is said. Cycles
         * may go through the locks of several registries.
         */
        public Builder deadlock(DeadlockPolicy policy) {
            this.deadlock = requireNonNull(policy, "policy");
            return this;
        }

        /** Who is told of waits that might never end, in place of the library's own search for deadlocks. */
        public Builder gate(Gate gate) {
            this.gate = requireNonNull(gate, "gate");
            return this;
        }

        /** What completes futures; its threads must be in no task. The common pool, if nothing else is said. */
        public Builder executor(Executor executor) {
            this.executor = requireNonNull(executor, "executor");
            return this;
        }

        /** Makes the registry. */
        public LockRegistry build() {
            return new LockRegistry(this);
        }
    }
}
