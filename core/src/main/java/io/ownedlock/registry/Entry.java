package io.ownedlock.registry;

import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.Primitive;
import io.ownedlock.time.Ticker;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The registry's reference to a primitive: strong while that is in use, weak once it has been idle for a while. The weak one is
 * always there, which is what keeps a primitive from being made twice as long as anybody else has a reference.
 *
 * <pre>
 *   kept      -> let go of   idle at two rounds in a row with no obtain in between
 *   let go of -> kept        obtained; or found in use, or abandoned
 *   let go of -> gone        nobody had a reference: collected
 * </pre>
 *
 * <p>Moving between the first two counts one more or one less, under this entry's monitor. Whoever lets go looks once more after that,
 * and takes it back if there is something to know about the primitive by now; whoever abandons one tells so ({@link #keep}) after that
 * is to be seen. So of the two, one sees the other, and nothing that must be known is lost.
 */
final class Entry extends WeakReference<Primitive> {

    /** How long it is known at least that an owner died, if nobody asks. */
    static final Duration MEMORY = Duration.ofHours(1);

    private final LockId id;
    private final Blueprint<?> blueprint;
    private final KeyCount count;

    /** Written under the monitor. */
    private volatile @Nullable Primitive kept;

    private volatile boolean wasIdle;

    // Of the watchdog's rounds, one after the other. Under the monitor, should there be two of them.
    private @Nullable Abandonment known;
    private long knownSince;

    /**
     * Makes one that is kept.
     *
     * @param count counts it already
     */
    Entry(Primitive primitive, Blueprint<?> blueprint, KeyCount count, ReferenceQueue<Primitive> collected) {
        super(primitive, collected);
        this.id = primitive.id();
        this.blueprint = blueprint;
        this.count = count;
        this.kept = primitive;
    }

    LockId id() {
        return id;
    }

    Blueprint<?> blueprint() {
        return blueprint;
    }

    /** Somebody wants it. {@code null} if it is gone. */
    @Nullable Primitive keep() {
        Primitive primitive = get();
        if (wasIdle) {
            wasIdle = false;
        }
        if (kept == null && primitive != null) {
            keep(primitive);
        }
        return primitive;
    }

    private synchronized void keep(Primitive primitive) {
        if (kept == null) {
            kept = primitive;
            count.again();
        }
    }

    private synchronized void unkeep() {
        if (kept != null) {
            kept = null;
            count.giveBack();
        }
    }

    /** One round of eviction. */
    void inspect(Ticker ticker) {
        Primitive primitive = get();
        if (primitive == null) {
            return;
        }
        if (!mayVanish(primitive, ticker)) {
            keep();
        } else if (wasIdle) {
            letGo(primitive, ticker);
        } else {
            wasIdle = true;
        }
    }

    /** The second half of a look: it was idle then, but that is over. */
    void letGo(Primitive primitive, Ticker ticker) {
        unkeep();
        if (!mayVanish(primitive, ticker)) {
            keep();
        }
    }

    private boolean mayVanish(Primitive primitive, Ticker ticker) {
        if (primitive.isIdle()) {
            return true;
        }
        Abandonment told = primitive.abandonment();
        return told != null && isForgotten(told, ticker.nanos());
    }

    /** The memory runs from when it was first seen here, which is not before it happened. */
    private synchronized boolean isForgotten(Abandonment told, long now) {
        if (told != known) {
            known = told;
            knownSince = now;
        }
        return now - knownSince >= MEMORY.toNanos();
    }
}
