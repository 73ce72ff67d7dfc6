package io.ownedlock.spring.observe;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsLast;

import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.Primitive;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One look at every lock, for the counts, the worst waits and one page of a search. What is idle is counted, and nothing else. */
final class Survey implements Consumer<Primitive> {

    private static final int WORST = 5;

    private final LockSearch search;
    private final Map<String, Census> names = new TreeMap<>();
    private final Top<LockSnapshot> worst =
            new Top<>(WORST, comparing(LockSearch::waitingSince, nullsLast(naturalOrder())));
    private final Top<LockSnapshot> found;
    private int matching;

    Survey(LockSearch search) {
        this.search = search;
        this.found = new Top<>(search.skipped() + search.size(), search.sort().order());
    }

    @Override
    public void accept(Primitive primitive) {
        if (primitive.isIdle()) {
            count(primitive.id().name(), Census.IDLE);
            return;
        }
        LockSnapshot seen = primitive.snapshot();
        count(seen.lock().name(), Census.of(seen));
        if (!seen.waiting().isEmpty()) {
            worst.offer(seen);
        }
        if (search.matches(seen)) {
            matching++;
            found.offer(seen);
        }
    }

    private void count(String name, Census one) {
        names.merge(name, one, Census::plus);
    }

    Map<String, Census> names() {
        return names;
    }

    /** Those with the longest waits. */
    List<LockSnapshot> worst() {
        return worst.from(0);
    }

    List<LockSnapshot> page() {
        return found.from(search.skipped());
    }

    /** How many there are on all pages. */
    int matching() {
        return matching;
    }
}
