package io.ownedlock.park;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.task.Task;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.TestTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ParkingLotTest {

    private final TestTime time = new TestTime();
    private final ParkingLot lot = new ParkingLot(time, time, null);

    private Waiter join() {
        return lot.join(Task.current());
    }

    @Test
    void isAQueue() {
        assertThat(lot.isEmpty()).isTrue();
        Waiter first = join();
        Waiter second = join();
        Waiter third = join();
        assertThat(lot.size()).isEqualTo(3);
        assertThat(lot.waiters()).containsExactly(first, second, third);

        assertThat(lot.remove(second)).isTrue();
        assertThat(lot.remove(second)).isFalse();
        assertThat(lot.contains(second)).isFalse();
        assertThat(lot.waiters()).containsExactly(first, third);

        assertThat(lot.remove(third)).isTrue();
        Waiter fourth = join();
        assertThat(lot.waiters()).containsExactly(first, fourth);
        assertThat(lot.remove(first)).isTrue();
        assertThat(lot.remove(fourth)).isTrue();
        assertThat(lot.isEmpty()).isTrue();
        assertThat(lot.size()).isZero();
    }

    @Test
    void anotherLotsWaiterIsNotRemoved() {
        Waiter waiter = join();
        assertThat(new ParkingLot().remove(waiter)).isFalse();
        assertThat(lot.contains(waiter)).isTrue();
    }

    @Test
    void theFirstIsWokenAndStays() {
        List<Actor<Waiter>> actors = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            actors.add(Actor.start("waiter " + i, () -> {
                        Waiter waiter = join();
                        lot.park(Long.MAX_VALUE);
                        return waiter;
                    })
                    .awaitParkedOn(lot));
        }
        for (Actor<Waiter> actor : actors) {
            lot.first().wake();
            Waiter woken = actor.result();
            assertThat(lot.contains(woken)).isTrue();
            assertThat(woken.failure()).isNull();
            lot.remove(woken);
        }
        assertThat(lot.first()).isNull();
    }

    @Test
    void parksUntilTheDeadlineOfItsClock() {
        Actor<Void> sleeper =
                Actor.run("sleeper", () -> lot.park(time.nanos() + 1_000_000)).awaitParkedOn(lot);
        time.advance(Duration.ofMillis(1));
        sleeper.result();
    }

    @Test
    void oneIsFailed() {
        Actor<Waiter> actor = parkOne("waiter");
        Waiter other = join();
        Waiter parked = lot.waiters().get(0);
        Supplier<RuntimeException> failure = IllegalStateException::new;

        assertThat(lot.fail(parked, failure)).isTrue();
        assertThat(lot.fail(parked, RuntimeException::new)).isFalse();

        assertThat(actor.result().failure()).isSameAs(failure);
        assertThat(lot.waiters()).containsExactly(other);
    }

    @Test
    void allAreFailedAndTheLotServesOn() {
        List<Actor<Waiter>> actors = List.of(parkOne("one"), parkOne("two"), parkOne("three"));
        Supplier<RuntimeException> failure = IllegalStateException::new;

        Waiter chain = lot.failAll(failure);
        assertThat(lot.isEmpty()).isTrue();
        assertThat(lot.size()).isZero();
        Waiter newcomer = join();
        assertThat(ParkingLot.wakeAll(chain)).isEqualTo(3);

        for (Actor<Waiter> actor : actors) {
            assertThat(actor.result().failure()).isSameAs(failure);
            assertThat(lot.remove(actor.result())).isFalse();
        }
        assertThat(lot.waiters()).containsExactly(newcomer);
        assertThat(newcomer.failure()).isNull();
        lot.remove(newcomer);
        assertThat(lot.failAll(failure)).isNull();
        assertThat(ParkingLot.wakeAll(null)).isZero();
    }

    private Actor<Waiter> parkOne(String name) {
        return Actor.start(name, () -> {
                    Waiter waiter = join();
                    while (waiter.failure() == null) {
                        lot.park(Long.MAX_VALUE);
                    }
                    return waiter;
                })
                .awaitParkedOn(lot);
    }

    /** Who is kept for long, with what it has got, would keep all that come later, one by the other. */
    @Test
    void whoHasLeftKnowsNobodyInLine() {
        ParkingLot lot = new ParkingLot();
        Task task = Task.current();
        List<Waiter> left = List.of(lot.join(task), lot.join(task), lot.join(task), lot.join(task));
        Waiter woken = lot.join(task);
        Waiter failed = lot.join(task);
        lot.join(task);
        lot.remove(left.get(1));
        lot.grant(left.get(2));
        lot.fail(left.get(0), IllegalStateException::new);
        left.get(3).leave();
        assertThat(lot.unpark(1)).containsExactly(woken);
        ParkingLot.wakeAll(lot.failAll(IllegalStateException::new));
        assertThat(Stream.concat(left.stream(), Stream.of(woken, failed))).allSatisfy(waiter -> {
            assertThat(waiter.previous).isNull();
            assertThat(waiter.next).isNull();
        });
    }
}
