package io.ownedlock.spring.observe;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsLast;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Primitive;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One look at every lock, for the counts, the worst waits and one page of a search. What is idle is counted, and nothing else. */
final class Survey implements Consumer<Primitive> {

    private static final int WORST = 5;

    private final LockRegistry registry;
    private final LockSearch search;
    private final Map<String, Census> names = new TreeMap<>();
    private final Top<Sighting> worst = new Top<>(WORST, comparing(Sighting::waitingSince, nullsLast(naturalOrder())));
    private final Top<Sighting> found;
    private int matching;

    private Survey(LockRegistry registry, LockSearch search) {
        this.registry = registry;
        this.search = search;
        this.found = new Top<>(search.skipped() + search.size(), search.sort().order());
    }

    static Survey of(LockRegistry registry, LockSearch search) {
        Survey survey = new Survey(registry, search);
        registry.forEach(survey);
        return survey;
    }

    @Override
    public void accept(Primitive primitive) {
        names.merge(primitive.id().name(), Census.of(primitive, registry), Census::plus);
        if (primitive.isIdle() || primitive.waiting() == 0 && !search.mayMatch(primitive)) {
            return;
        }
        Sighting seen = Sighting.of(primitive.snapshot());
        if (seen.waitingSince() != null) {
            worst.offer(seen);
        }
        if (search.matches(seen)) {
            matching++;
            found.offer(seen);
        }
    }

    Map<String, Census> names() {
        return names;
    }

    /** Those with the longest waits. */
    List<Sighting> worst() {
        return worst.from(0);
    }

    List<Sighting> page() {
        return found.from(search.skipped());
    }

    /** How many there are on all pages. */
    int matching() {
        return matching;
    }
}
