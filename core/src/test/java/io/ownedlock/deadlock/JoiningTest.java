package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Waiter;
import io.ownedlock.sync.Hold;
import io.ownedlock.testing.Actor;
import io.ownedlock.time.Ticker;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks that have declared to wait for the end of another. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class JoiningTest extends DeadlockTesting {

    @Test
    void aTaskThatIsJoinedWantsWhatTheJoiningTaskHolds() {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch joined = new CountDownLatch(1);
        Actor<Void> parent = actor(first, () -> {
            try (Hold ignored = a.acquire();
                    Joining join = detector.joining(second)) {
                joined.countDown();
                over.await();
            }
            return null;
        });
        awaitUninterruptibly(joined);
        assertThat(refused(() -> in(second, a::acquire)).cycle().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith(second.label())
                                .endsWith("for a, held since 2030-01-01T00:00:00Z by " + first),
                        line -> assertThat(line)
                                .startsWith(first + " waits since")
                                .endsWith("for the end of " + second));
        over.countDown();
        parent.result();
        in(second, a::acquire).close();
    }

    @Test
    void aTaskJoinsOneThatWaitsForIt() {
        Hold held = in(first, a::acquire);
        Actor<Hold> child = waiting(a, second, a::acquire);
        assertThatThrownBy(() -> in(first, () -> registry.joining(second)))
                .isInstanceOfSatisfying(
                        JoinRefusedException.class,
                        refused -> assertThat(refused.cycle().lines())
                                .as("all the way round")
                                .hasSize(2))
                .hasMessageContaining("for the end of " + second);
        assertThat(KnownWaits.of(first)).isNull();
        assertThat(isWaiting(child, a)).isTrue();
        held.close();
        child.result();
    }

    @Test
    void twoTasksJoinEachOther() {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Joining join = in(first, () -> detector.joining(second));
        assertThatThrownBy(() -> in(second, () -> detector.joining(first))).isInstanceOf(JoinRefusedException.class);
        join.close();
        in(second, () -> detector.joining(first)).close();
    }

    /** The join came last by its number, but has looked before the other was there, and sleeps where nobody can wake it. */
    @Test
    void aJoinThatSleepsAlreadyIsNoVictim() {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf shelf = new Shelf("shelf", false);
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch joined = new CountDownLatch(1);
        Actor<Void> child = actor(
                second,
                () -> shelf.await(
                        new Gate() {
                            @Override
                            public void entered(Waiter waiter) {
                                Wait wait = detector.publish(waiter);
                                arrived.countDown();
                                awaitUninterruptibly(joined);
                                detector.search(wait);
                            }

                            @Override
                            public void left(Waiter waiter) {
                                detector.left(waiter);
                            }
                        },
                        false));
        awaitUninterruptibly(arrived);
        try (Joining join = in(first, () -> detector.joining(second))) {
            shelf.give(first);
            joined.countDown();
            assertThat(child.failure()).isInstanceOf(Refused.class);
        }
    }

    @Test
    void aTaskThatJoinsIsOffTheGraphWhenItIsOff() {
        in(first, () -> new DeadlockDetector(DeadlockPolicy.OFF, time).joining(second))
                .close();
        assertThat(KnownWaits.tasks()).doesNotContain(first);
    }

    @Test
    void isSeenInTheGraphAsLongAsItIsDeclared() {
        Joining join = in(first, () -> new DeadlockDetector(DeadlockPolicy.THROW, time).joining(second));
        assertThat(WaitForGraph.snapshot().edges())
                .filteredOn(edge -> edge.waiting().id() == first.id())
                .singleElement()
                .satisfies(edge -> {
                    assertThat(edge.kind()).isEqualTo(WaitForGraph.Kind.JOINS);
                    assertThat(edge.holder().id()).isEqualTo(second.id());
                    assertThat(edge.resource()).isNull();
                    assertThat(edge.since()).isNotNull();
                });
        join.close();
        assertThat(WaitForGraph.snapshot().edges())
                .noneMatch(edge -> edge.waiting().id() == first.id());
    }
}
