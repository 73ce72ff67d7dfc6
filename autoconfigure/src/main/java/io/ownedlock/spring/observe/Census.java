package io.ownedlock.spring.observe;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.LockKind;
import io.ownedlock.sync.Primitive;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many locks and other primitives there are, and what they are doing; counted one after the other, so under load only nearly true.
 *
 * @param overdue how many are held for longer than they may be
 */
record Census(int locks, int held, int waiting, int poisoned, int sealed, int overdue) {

    static final Census NONE = new Census(0, 0, 0, 0, 0, 0);

    static Map<String, Census> byName(LockRegistry registry) {
        Map<String, Census> byName = new HashMap<>();
        registry.forEach(primitive -> byName.merge(primitive.id().name(), of(primitive, registry), Census::plus));
        return byName;
    }

    static Census sum(Collection<Census> parts) {
        return parts.stream().reduce(NONE, Census::plus);
    }

    static Census of(Primitive primitive, LockRegistry registry) {
        int waiting = primitive.waiting();
        return switch (primitive.state()) {
            case FREE -> new Census(1, 0, waiting, 0, 0, 0);
            case HELD -> new Census(1, 1, waiting, 0, 0, overdue(primitive, registry));
            case SEALED -> new Census(1, 1, waiting, 0, 1, overdue(primitive, registry));
            case POISONED -> new Census(1, 0, waiting, 1, 0, 0);
        };
    }

    private static int overdue(Primitive held, LockRegistry registry) {
        Duration atMost = holdAtMost(held, registry);
        // A snapshot is not for nothing, and most locks may be held for as long as it takes.
        Instant since = atMost == null ? null : Sighting.of(held.snapshot()).heldSince();
        return since != null && Duration.between(since, Instant.now()).compareTo(atMost) >= 0 ? 1 : 0;
    }

    /** Permits may be held for as long as one likes. */
    private static @Nullable Duration holdAtMost(Primitive primitive, LockRegistry registry) {
        boolean isLock = primitive.kind() == LockKind.LOCK || primitive.kind() == LockKind.READ_WRITE;
        return isLock ? registry.settingsOf(primitive.id().name()).holdAtMost() : null;
    }

    /** Whether there is anything that somebody should look at. */
    boolean isTroubled() {
        return poisoned > 0 || sealed > 0 || overdue > 0;
    }

    Census plus(Census other) {
        return new Census(
                locks + other.locks,
                held + other.held,
                waiting + other.waiting,
                poisoned + other.poisoned,
                sealed + other.sealed,
                overdue + other.overdue);
    }
}
