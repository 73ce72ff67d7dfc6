package io.ownedlock.registry;

import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.Primitive;
import io.ownedlock.task.SafeLog;
import io.ownedlock.time.Ticker;
import java.lang.ref.ReferenceQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The table of a {@link LockRegistry}: one {@link Entry} for each name and key.
 *
 * <p>A primitive is made in one step with its place in the table and in the {@linkplain KeyCount count} of its name, so two who ask
 * for the same one at once are one key, and of two who ask for the last place with different keys exactly one gets it. What is in
 * the table already is given to everybody, however full it is; what was let go of is not counted.
 */
final class Entries {

    private static final SafeLog LOG = new SafeLog(LockRegistry.class);

    private final Ticker ticker;
    private final int maxKeys;
    private final ConcurrentHashMap<LockId, Entry> entries = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, KeyCount> counts = new ConcurrentHashMap<>();
    private final ReferenceQueue<Primitive> collected = new ReferenceQueue<>();

    Entries(Ticker ticker, int maxKeys) {
        this.ticker = ticker;
        this.maxKeys = maxKeys;
    }

    <P extends Primitive> P obtain(LockId id, Blueprint<P> blueprint) {
        for (; ; ) {
            Entry entry = entries.get(id);
            if (entry == null || entry.get() == null) {
                entry = make(id, blueprint);
            }
            Primitive found = entry.keep();
            if (found != null) {
                return blueprint.match(found, entry.blueprint());
            }
        }
    }

    /** Makes one, unless somebody else has in the meantime. */
    private Entry make(LockId id, Blueprint<?> blueprint) {
        KeyCount count = count(id.name());
        return entries.compute(
                id, (same, entry) -> entry == null || entry.get() == null ? inPlace(id, blueprint, count) : entry);
    }

    private KeyCount count(String name) {
        return counts.computeIfAbsent(name, absent -> new KeyCount(maxKeys));
    }

    private Entry inPlace(LockId id, Blueprint<?> blueprint, KeyCount count) {
        if (!count.take()) {
            throw new LockRefusedException(
                    id, "as many keys of this name as there may be are in use, " + count.atMost());
        }
        Entry made = null;
        try {
            made = new Entry(blueprint.maker().apply(id), blueprint, count, collected);
            return made;
        } finally {
            if (made == null) {
                count.giveBack();
            }
        }
    }

    /** Keeps what there is something to be known about, even if it was let go of. */
    void keep(LockId id) {
        Entry entry = entry(id);
        if (entry != null) {
            entry.keep();
        }
    }

    @Nullable Entry entry(LockId id) {
        return entries.get(id);
    }

    /** Whether there is any of a name, with whatever key, or one is being made. */
    boolean has(String name) {
        return kept(name) > 0
                || entries.values().stream().anyMatch(entry -> entry.id().name().equals(name) && entry.get() != null);
    }

    int size() {
        return entries.size();
    }

    /** How many of a name are kept. */
    int kept(String name) {
        return count(name).kept();
    }

    void forEach(Consumer<? super Primitive> visitor) {
        for (Entry entry : entries.values()) {
            Primitive primitive = entry.get();
            if (primitive != null) {
                visitor.accept(primitive);
            }
        }
    }

    void inspectOwners() {
        forEachAlone("inspect the owners", Primitive::inspectOwners);
    }

    void turnWaitersAway() {
        forEachAlone("turn away the waiters", Primitive::turnWaitersAway);
    }

    /** One that fails, because a task's liveness throws, is not to keep the others from having their turn. */
    private void forEachAlone(String what, Consumer<Primitive> visitor) {
        forEach(primitive -> {
            try {
                visitor.accept(primitive);
            } catch (RuntimeException | Error e) {
                LOG.warn(() -> "Could not " + what + " of " + primitive, e);
            }
        });
    }

    /** One round of eviction. */
    void evictIdle() {
        for (Entry entry : entries.values()) {
            entry.inspect(ticker);
        }
        for (Object gone = collected.poll(); gone != null; gone = collected.poll()) {
            Entry entry = (Entry) gone;
            // Only this very one: there may be another in its place.
            entries.remove(entry.id(), entry);
        }
    }
}
