package io.ownedlock.spring.aop;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.LockSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What all annotations say about the locks of each name. It reaches the registry with the first call or at the end of the start-up,
 * whatever is earlier: advisors are made before most beans, and must not make any of them early. Safe for use by many threads.
 */
final class NameSettings {

    /** A value, the first who said so, and what it makes of the settings. */
    record Said(Object value, String where, UnaryOperator<LockSettings> change) {}

    private final Map<String, Map<String, Said>> names = new LinkedHashMap<>();
    private @Nullable LockRegistry registry;

    /**
     * Notes what an annotation says.
     *
     * @param change what the value makes of the settings
     * @return who has said something else before; {@code null} if nobody
     */
    synchronized @Nullable Said say(
            String name, String attribute, Object value, String where, UnaryOperator<LockSettings> change) {
        Said said = new Said(value, where, change);
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
        for (Said each : said.values()) {
            result = each.change().apply(result);
        }
        return result;
    }
}
