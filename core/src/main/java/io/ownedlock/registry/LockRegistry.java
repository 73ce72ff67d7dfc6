package io.ownedlock.registry;

import static java.util.Objects.requireNonNull;

import io.ownedlock.deadlock.DeadlockDetector;
import io.ownedlock.deadlock.DeadlockPolicy;
import io.ownedlock.deadlock.Joining;
import io.ownedlock.park.Gate;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.CapacityLimiter;
import io.ownedlock.sync.LockEnvironment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockKind;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.Primitive;
import io.ownedlock.sync.Shutdown;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskAction;
import io.ownedlock.task.TaskKind;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import io.ownedlock.watchdog.Guard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gives one {@linkplain Primitive primitive} for each name and key, the same for everyone who asks: a lock, a read/write pair, a
 * semaphore or a limiter. A name and key is one of these and no other, as long as anybody uses it.
 *
 * <p>What nobody uses vanishes. What is idle at two {@linkplain #guards() rounds} of eviction is let go of: as long as anybody else
 * keeps a reference it stays the same, which whoever obtains it finds and keeps again; after that it is garbage. What is held, waited
 * for or poisoned is kept; so is a limiter that was resized, and a semaphore whose permits are not all back. What an owner that
 * died has left behind is kept for an hour at least, so that the next owner is told.
 *
 * <p>Of one name only {@linkplain Builder#maxKeys so many} can be in use. Whoever asks for another key then is refused with a
 * {@link io.ownedlock.sync.LockRefusedException}, which costs little; what is in use is given to whoever asks for it.
 *
 * <p>Safe for use by many threads. Obtaining is not an acquisition, and never waits for one.
 */
public final class LockRegistry {

    private final LockSettings defaults;
    private final Map<String, LockSettings> settings;
    private final DeadlockDetector detector;
    private final LockEnvironment environment;
    private final Entries entries;
    private final Lots lots = new Lots();
    private final Shutdown shutdown = new Shutdown();
    private final Blueprint<TaskLock> lock;
    private final Blueprint<TaskReadWriteLock> readWrite;

    private LockRegistry(Builder builder) {
        this.defaults = builder.defaults;
        this.settings = new ConcurrentHashMap<>(builder.settings);
        this.entries = new Entries(builder.ticker, builder.maxKeys);
        List<LockListener> listeners = new ArrayList<>();
        listeners.add(new Keeper());
        listeners.addAll(builder.listeners);
        this.detector =
                new DeadlockDetector(builder.gate == null ? builder.deadlock : DeadlockPolicy.OFF, builder.ticker);
        Gate gate = builder.gate == null ? detector.gate() : builder.gate;
        this.environment = new LockEnvironment(
                builder.ticker, builder.parker, gate, builder.executor, listeners, shutdown, entries::keep);
        this.lock = new Blueprint<>(
                TaskLock.class, LockKind.LOCK, 0, id -> TaskLock.create(id, settled(id.name()), environment));
        this.readWrite = new Blueprint<>(
                TaskReadWriteLock.class,
                LockKind.READ_WRITE,
                0,
                id -> TaskReadWriteLock.create(id, settled(id.name()), environment));
    }

    /** Starts building a registry. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Looks the lock of a name up: the only one, which has no key.
     *
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if it is something else than a lock
     * @throws io.ownedlock.sync.LockRefusedException if it is new, and there are too many of the name
     */
    public TaskLock obtain(String name) {
        return entries.obtain(id(name), lock);
    }

    /**
     * Looks a lock up by name and key. Keys are equal if their texts are: {@code 42} and {@code "42"} are the same lock.
     *
     * @param key a {@code String}, an integer of any size, a {@link java.util.UUID}, an enum constant, a {@code Character} or a
     *     {@code Boolean}
     * @throws IllegalArgumentException if the name or the key is blank, or the key is of another type
     * @throws IllegalStateException if it is something else than a lock
     * @throws io.ownedlock.sync.LockRefusedException if it is new, and there are too many of the name
     */
    public TaskLock obtain(String name, Object key) {
        return entries.obtain(id(name, key), lock);
    }

    /** Looks the read/write pair of a name up; the rest is as with {@link #obtain(String)}. */
    public TaskReadWriteLock obtainReadWrite(String name) {
        return entries.obtain(id(name), readWrite);
    }

    /** Looks a read/write pair up by name and key; the rest is as with {@link #obtain(String, Object)}. */
    public TaskReadWriteLock obtainReadWrite(String name, Object key) {
        return entries.obtain(id(name, key), readWrite);
    }

    /**
     * Looks the semaphore of a name up; the rest is as with {@link #obtain(String)}.
     *
     * @param permits how many it has at first; there is no bound on how many shared ones are released
     * @throws IllegalArgumentException if that is negative
     * @throws IllegalStateException if it is no semaphore, or was made with another number of permits
     */
    public TaskSemaphore obtainSemaphore(String name, int permits) {
        return entries.obtain(id(name), semaphore(permits));
    }

    /** Looks a semaphore up by name and key; the rest is as with {@link #obtainSemaphore(String, int)}. */
    public TaskSemaphore obtainSemaphore(String name, Object key, int permits) {
        return entries.obtain(id(name, key), semaphore(permits));
    }

    private Blueprint<TaskSemaphore> semaphore(int permits) {
        return new Blueprint<>(
                TaskSemaphore.class,
                LockKind.SEMAPHORE,
                permits,
                id -> TaskSemaphore.create(id, permits, settled(id.name()), environment));
    }

    /**
     * Looks the limiter of a name up; the rest is as with {@link #obtain(String)}.
     *
     * @param total how many tokens it has at first, whatever it was {@linkplain CapacityLimiter#setTotal resized} to since
     * @throws IllegalArgumentException if that is negative
     * @throws IllegalStateException if it is no limiter, or was made with another total
     */
    public CapacityLimiter obtainLimiter(String name, long total) {
        return entries.obtain(id(name), limiter(total));
    }

    /** Looks a limiter up by name and key; the rest is as with {@link #obtainLimiter(String, long)}. */
    public CapacityLimiter obtainLimiter(String name, Object key, long total) {
        return entries.obtain(id(name, key), limiter(total));
    }

    private Blueprint<CapacityLimiter> limiter(long total) {
        return new Blueprint<>(
                CapacityLimiter.class,
                LockKind.LIMITER,
                total,
                id -> CapacityLimiter.create(id, total, settled(id.name()), environment));
    }

    /**
     * Runs an action under the lock of a name, the only one, which has no key; the rest is as with
     * {@link #executeLocked(String, Object, TaskAction)}.
     */
    public <T extends @Nullable Object, X extends Throwable> T executeLocked(String name, TaskAction<T, X> action)
            throws X {
        return Locked.execute(obtain(name), null, action);
    }

    /** Like {@link #executeLocked(String, TaskAction)}, waiting at most so long, whatever the settings say. */
    public <T extends @Nullable Object, X extends Throwable> T executeLocked(
            String name, Duration waitAtMost, TaskAction<T, X> action) throws X {
        return Locked.execute(obtain(name), requireNonNull(waitAtMost, "waitAtMost"), action);
    }

    /**
     * Runs an action under a lock, which the current task has from before the action until after it, whatever that throws. On a
     * thread without a task the call is a task of its own, nested in the thread's: what the thread holds may be taken again, and
     * what leaks in the action is given up when this returns.
     *
     * @param key as for {@link #obtain(String, Object)}
     * @return what the action returns
     * @throws X what the action throws, checked or not
     * @throws io.ownedlock.sync.LockNotAcquiredException if the lock was not got, by time, break, refusal, deadlock or interrupt
     *     (see {@link TaskLock#acquire()}); the action did not run then
     * @throws IllegalArgumentException if there is no such lock (see {@link #obtain(String, Object)})
     * @throws IllegalMonitorStateException if the current task holds the lock and it is not re-entrant
     */
    public <T extends @Nullable Object, X extends Throwable> T executeLocked(
            String name, Object key, TaskAction<T, X> action) throws X {
        return Locked.execute(obtain(name, key), null, action);
    }

    /**
     * Like {@link #executeLocked(String, Object, TaskAction)}, waiting at most so long, whatever the settings say.
     *
     * @param waitAtMost zero or less: do not wait
     */
    public <T extends @Nullable Object, X extends Throwable> T executeLocked(
            String name, Object key, Duration waitAtMost, TaskAction<T, X> action) throws X {
        return Locked.execute(obtain(name, key), requireNonNull(waitAtMost, "waitAtMost"), action);
    }

    /** Like {@link #assertHeld(String, Object)} for the lock of a name that has no key. */
    public void assertHeld(String name) {
        Locked.assertHeld(entries, id(name));
    }

    /**
     * Makes sure that this runs under a lock, or either side of a read/write pair: the current task holds it, or one that it is
     * nested in does. For code that relies on its caller to have taken the lock.
     *
     * @throws IllegalStateException if not; the message says who holds it and what has probably happened
     * @throws IllegalArgumentException if the name or the key is blank, or the key is of a type that no key has
     */
    public void assertHeld(String name, Object key) {
        Locked.assertHeld(entries, id(name, key));
    }

    private static LockId id(String name) {
        return new LockId(name, null);
    }

    private static LockId id(String name, Object key) {
        return new LockId(name, Keys.text(requireNonNull(key, "key")));
    }

    /**
     * Makes an empty parking lot for a primitive of one's own. The {@linkplain #guards() guards} look after its
     * {@linkplain ParkingLot#addBreaker breakers}, and after those of its siblings: who waits for a task that is gone without a word is
     * told.
     */
    public ParkingLot newLot() {
        ParkingLot lot = new ParkingLot(environment.ticker(), environment.parker(), null, lots::add);
        lots.add(lot);
        return lot;
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

    /**
     * Changes the settings of a name, before the first of that name is obtained: for whoever learns of names late, as from an
     * annotation. What changes nothing is always allowed.
     *
     * @param change gets the settings so far, and gives those to have; is to do nothing else
     * @throws IllegalStateException if that would change anything, and something of this name is there already
     */
    public void configure(String name, UnaryOperator<LockSettings> change) {
        settings.compute(name, (same, own) -> {
            LockSettings before = own == null ? defaults : own;
            LockSettings after = requireNonNull(change.apply(before), "settings");
            if (!after.equals(before) && entries.has(name)) {
                throw new IllegalStateException("The settings of '" + name + "' cannot change from " + before + " to "
                        + after + " any more: there are locks of that name already");
            }
            return after;
        });
    }

    /** The settings that locks of this name have. */
    public LockSettings settingsOf(String name) {
        return settings.getOrDefault(name, defaults);
    }

    /** The settings for what is being made, and is counted: from here on, a {@link #configure} that comes late finds it. */
    private LockSettings settled(String name) {
        LockSettings own = settings.compute(name, (same, found) -> found);
        return own == null ? defaults : own;
    }

    /** How many primitives there are, those included that were let go of and are not garbage yet. */
    public int size() {
        return entries.size();
    }

    /** All primitives as they are now, in no order. */
    public List<LockSnapshot> snapshot() {
        List<LockSnapshot> snapshots = new ArrayList<>();
        forEach(primitive -> snapshots.add(primitive.snapshot()));
        return snapshots;
    }

    /** Shows every primitive to a visitor, in no order; those made meanwhile may be missed. */
    public void forEach(Consumer<? super Primitive> visitor) {
        entries.forEach(visitor);
    }

    /**
     * What a watchdog must do: find the owners and the breakers that are gone without a word, and evict the idle. One round at a
     * time.
     */
    public List<Guard> guards() {
        return List.of(entries::inspectOwners, lots::inspectBreakers, entries::evictIdle);
    }

    /**
     * Lets nobody wait any more: those who wait are sent away, and so is from now on whoever would have to wait, for whatever this
     * registry has and in whatever {@linkplain #newLot() lot} it has made. What is free can still be taken, and whoever holds
     * something goes on undisturbed. For who shuts the application down, when those at work have had their time to finish; it cannot be
     * taken back. See {@link Primitive#turnWaitersAway()} for what they are told. Never blocks; later calls find nobody.
     */
    public void shutDown() {
        if (!shutdown.hasBegun()) {
            shutdown.begin();
            entries.turnWaitersAway();
            lots.breakAll(Task.start("shutdown", TaskKind.CUSTOM));
        }
    }

    /** Whether nobody may wait any more. */
    public boolean isShutDown() {
        return shutdown.hasBegun();
    }

    /** For tests. */
    Entries entries() {
        return entries;
    }

    /** Keeps a lock as soon as there is something to be known about it, even if it was let go of. */
    private final class Keeper implements LockListener {

        @Override
        public void abandoned(Abandonment abandonment, int waitersTold) {
            entries.keep(abandonment.lock());
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
        private int maxKeys = 100_000;

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

        /**
         * How many of one name may be in use, with and without a key, before a new key is refused: keys may come from outside. What
         * is idle counts until its second {@linkplain LockRegistry#guards() round}. A hundred thousand, if nothing else is said.
         *
         * @throws IllegalArgumentException if that is not positive
         */
        public Builder maxKeys(int atMost) {
            if (atMost < 1) {
                throw new IllegalArgumentException("maxKeys must be positive, but is " + atMost);
            }
            this.maxKeys = atMost;
            return this;
        }

        /** Makes the registry. */
        public LockRegistry build() {
            return new LockRegistry(this);
        }
    }
}
