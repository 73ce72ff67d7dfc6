package io.ownedlock.spring.aop;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all annotations say about the locks of each name. It reaches the registry with the first call or at the end of the start-up,
 * whatever is earlier: advisors are made before most beans, and must not make any of them early. Safe for use by many threads.
 */
final class NameSettings {

    static final String FAIR = "fair";
    static final String HOLD_AT_MOST = "holdAtMost";
    static final String ON_OWNER_END = "onOwnerEnd";

    /** What it is: a lock or a pair. No setting, but as little two things at once. */
    static final String KIND = "kind";

    /** A value, and the first who said so. */
    record Said(Object value, String where) {}

    private final Map<String, Map<String, Said>> names = new LinkedHashMap<>();
    private @Nullable LockRegistry registry;

    /**
     * Notes what an annotation says.
     *
     * @return who has said something else before; {@code null} if nobody
     */
    synchronized @Nullable Said say(String name, String attribute, Object value, String where) {
        Said said = new Said(value, where);
        Said before =
                names.computeIfAbsent(name, absent -> new LinkedHashMap<>()).putIfAbsent(attribute, said);
        if (before == null && registry != null) {
            configure(registry, name);
        }
        return before == null || before.value().equals(value) ? null : before;
    }

    synchronized boolean isEmpty() {
        return names.isEmpty();
    }

    /** Tells the registry all that was said, and from now on each thing as it is said. */
    synchronized void bind(LockRegistry to) {
        names.keySet().forEach(name -> configure(to, name));
        registry = to;
    }

    private void configure(LockRegistry to, String name) {
        Map<String, Said> said = names.getOrDefault(name, Map.of());
        try {
            to.configure(name, settings -> over(settings, said));
        } catch (IllegalStateException e) {
            String where = said.values().iterator().next().where();
            throw new InvalidOwnedLockException(List.of(new Mistake(
                    where,
                    "what it says of '" + name + "' comes too late: " + e.getMessage(),
                    "Set it in the properties under owned-lock.locks." + name
                            + ", or obtain locks of that name later than in constructors and initializers.")));
        }
    }

    private static LockSettings over(LockSettings settings, Map<String, Said> said) {
        LockSettings result = settings;
        for (Map.Entry<String, Said> entry : said.entrySet()) {
            Object value = entry.getValue().value();
            result = switch (entry.getKey()) {
                case FAIR -> result.withFair((Boolean) value);
                case HOLD_AT_MOST -> result.withHoldAtMost((Duration) value);
                case ON_OWNER_END -> result.withOnOwnerEnd((OnOwnerEnd) value);
                default -> result;
            };
        }
        return result;
    }
}
