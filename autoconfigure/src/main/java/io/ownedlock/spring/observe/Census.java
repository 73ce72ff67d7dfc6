package io.ownedlock.spring.observe;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Primitive;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** How many locks and other primitives there are, and what they are doing; counted one after the other, so under load only nearly true. */
record Census(int locks, int held, int waiting, int poisoned, int sealed) {

    static final Census NONE = new Census(0, 0, 0, 0, 0);

    static Map<String, Census> byName(LockRegistry registry) {
        Map<String, Census> byName = new HashMap<>();
        registry.forEach(primitive -> byName.merge(primitive.id().name(), of(primitive), Census::plus));
        return byName;
    }

    static Census sum(Collection<Census> parts) {
        return parts.stream().reduce(NONE, Census::plus);
    }

    static Census of(Primitive primitive) {
        return switch (primitive.state()) {
            case FREE -> new Census(1, 0, primitive.waiting(), 0, 0);
            case HELD -> new Census(1, 1, primitive.waiting(), 0, 0);
            case SEALED -> new Census(1, 1, primitive.waiting(), 0, 1);
            case POISONED -> new Census(1, 0, primitive.waiting(), 1, 0);
        };
    }

    Census plus(Census other) {
        return new Census(
                locks + other.locks,
                held + other.held,
                waiting + other.waiting,
                poisoned + other.poisoned,
                sealed + other.sealed);
    }
}
