package io.ownedlock.spring.observe;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsLast;

import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.Primitive;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/** Which locks somebody wants to see, in which order, and which page of them. */
record LockSearch(
        @Nullable String name,
        @Nullable LockState state,
        @Nullable Instant heldBefore,
        int waitersMoreThan,
        Sort sort,
        int page,
        int size) {

    private static final int DEFAULT_SIZE = 50;
    private static final int MAX_SIZE = 500;

    /** All pages up to the one that is asked for are kept while it is looked for. */
    private static final int MAX_DEPTH = 10_000;

    /** What comes first. */
    enum Sort {
        /** What has been held for the longest time. */
        HELD(comparing(Sighting::heldSince, nullsLast(naturalOrder()))),
        /** What most wait for, and among these, who has waited for the longest time. */
        WAITING(comparingInt(Sighting::waiting)
                .reversed()
                .thenComparing(Sighting::waitingSince, nullsLast(naturalOrder()))),
        /** By the alphabet. */
        NAME(comparing(seen -> seen.lock().lock().name()));

        private final Comparator<Sighting> order;

        Sort(Comparator<Sighting> order) {
            this.order = order.thenComparing(seen -> seen.lock().lock().toString());
        }

        Comparator<Sighting> order() {
            return order;
        }
    }

    /**
     * Reads a request.
     *
     * @throws InvalidEndpointRequestException if there is no such page; the answer to the request says so
     */
    static LockSearch of(
            @Nullable String name,
            @Nullable LockState state,
            @Nullable Duration heldLongerThan,
            @Nullable Integer waitersMoreThan,
            @Nullable Sort sort,
            @Nullable Integer page,
            @Nullable Integer size) {
        int pageOrFirst = page == null ? 0 : page;
        int sizeOrDefault = size == null ? DEFAULT_SIZE : size;
        if (sizeOrDefault < 1 || sizeOrDefault > MAX_SIZE) {
            throw refused("size is " + sizeOrDefault + ", and must be from 1 to " + MAX_SIZE);
        }
        if (pageOrFirst < 0 || (pageOrFirst + 1L) * sizeOrDefault > MAX_DEPTH) {
            throw refused("page is " + pageOrFirst + ", and must be from 0 to "
                    + (MAX_DEPTH / sizeOrDefault - 1) + " with a size of " + sizeOrDefault
                    + ": ask for a name, a state or a time");
        }
        return new LockSearch(
                name,
                state,
                heldLongerThan == null ? null : Instant.now().minus(heldLongerThan),
                waitersMoreThan == null ? -1 : waitersMoreThan,
                sort == null ? Sort.HELD : sort,
                pageOrFirst,
                sizeOrDefault);
    }

    private static InvalidEndpointRequestException refused(String reason) {
        return new InvalidEndpointRequestException(reason, reason);
    }

    /** Whether it is worth a closer look. */
    boolean mayMatch(Primitive primitive) {
        return (name == null || name.equals(primitive.id().name())) && (state == null || state == primitive.state());
    }

    boolean matches(Sighting seen) {
        LockSnapshot lock = seen.lock();
        return (name == null || name.equals(lock.lock().name()))
                && (state == null || state == lock.state())
                && seen.waiting() > waitersMoreThan
                && (heldBefore == null || isBefore(seen.heldSince(), heldBefore));
    }

    private static boolean isBefore(@Nullable Instant since, Instant bound) {
        return since != null && since.isBefore(bound);
    }

    int skipped() {
        return page * size;
    }
}
