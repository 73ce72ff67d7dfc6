package io.ownedlock.diagnosis;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** All incidents, one after the other, in one shop. */
record Night(Kind kind, Map<Incident, Findings> seen) {

    /** Opens a shop for it, which logs into the directory. */
    static Night of(Kind kind, Path directory) throws IOException, InterruptedException {
        try (Shop shop = Shop.start(kind, directory)) {
            shop.awaitStarted();
            Map<Incident, Findings> seen = new EnumMap<>(Incident.class);
            for (Incident incident : Incident.values()) {
                Findings findings = new Findings(shop);
                incident.happen(shop, kind, findings);
                seen.put(incident, findings);
            }
            return new Night(kind, seen);
        }
    }

    Findings of(Incident incident) {
        return requireNonNull(seen.get(incident));
    }
}
