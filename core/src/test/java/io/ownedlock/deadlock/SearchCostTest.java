package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.park.Gate;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a wait costs: counted in looks at what somebody waits for. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SearchCostTest extends DeadlockTesting {

    private static final int OTHERS = 10;

    private final Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
    private final AtomicInteger looks = new AtomicInteger();

    /** Waits that its owner has nothing to do with are not looked at, however many there are. */
    @Test
    void whoseOwnerWaitsForNothingLooksOnce() {
        Shelf busy = new Shelf("busy", false);
        busy.give(third);
        List<Actor<Void>> others = crowd(busy);
        Shelf quiet = new Shelf("quiet", false);
        quiet.give(second);
        quiet.onLook = looks::incrementAndGet;
        busy.onLook = looks::incrementAndGet;
        Actor<Void> here = waiting("quiet", first, () -> quiet.await(detector, false));
        assertThat(looks).hasValue(1);
        busy.onLook = () -> {};
        quiet.grantFirst();
        here.result();
        serve(busy, others);
    }

    /** Nor are those that wait for the same, since they may be overtaken. */
    @Test
    void whoMayOvertakeDoesNotLookAtTheQueue() {
        Shelf shelf = new Shelf("shelf", false);
        shelf.give(second);
        List<Actor<Void>> others = crowd(shelf);
        shelf.onLook = looks::incrementAndGet;
        others.add(waiting("shelf", first, () -> shelf.await(detector, false)));
        assertThat(looks).hasValue(1);
        serve(shelf, others);
    }

    @Test
    void whoMayNotOvertakeLooksAtEachInTheQueueOnce() {
        Shelf shelf = new Shelf("shelf", true);
        shelf.give(second);
        List<Actor<Void>> others = crowd(shelf);
        shelf.onLook = looks::incrementAndGet;
        others.add(waiting("shelf", first, () -> shelf.await(detector, false)));
        assertThat(looks).hasValue(1 + OTHERS);
        serve(shelf, others);
    }

    private List<Actor<Void>> crowd(Shelf shelf) {
        List<Actor<Void>> crowd = new ArrayList<>();
        for (int i = 0; i < OTHERS; i++) {
            crowd.add(waiting(shelf, task("other" + i), () -> shelf.await(detector, false)));
        }
        return crowd;
    }

    private static void serve(Shelf shelf, List<Actor<Void>> waiters) {
        waiters.forEach(waiter -> shelf.grantFirst());
        waiters.forEach(Actor::result);
    }
}
