package io.ownedlock.spring.observe;

import io.ownedlock.sync.LockSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A lock as it was seen, with what it is put in order by, which is worked out once and not for each comparison.
 *
 * @param heldSince since when the longest hold has lasted; {@code null} if there is none
 * @param waitingSince since when the longest wait has lasted; {@code null} if there is none
 */
record Sighting(
        LockSnapshot lock,
        @Nullable Instant heldSince,
        @Nullable Instant waitingSince) {

    static Sighting of(LockSnapshot lock) {
        return new Sighting(
                lock,
                earliest(lock.holds(), LockSnapshot.Held::since),
                earliest(lock.waiting(), LockSnapshot.Waiting::since));
    }

    private static <T> @Nullable Instant earliest(List<T> all, Function<T, Instant> time) {
        Instant earliest = null;
        for (T one : all) {
            Instant since = time.apply(one);
            if (earliest == null || since.isBefore(earliest)) {
                earliest = since;
            }
        }
        return earliest;
    }

    int waiting() {
        return lock.waiting().size();
    }
}
