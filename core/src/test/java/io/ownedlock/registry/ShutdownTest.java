package io.ownedlock.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.park.BrokenLotException;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import org.junit.jupiter.api.Test;

/** The end of all waiting. */
class ShutdownTest {

    private final LockRegistry registry = LockRegistry.builder().build();

    private static Actor<Hold> acquirer(TaskLock lock) {
        Actor<Hold> actor = Actor.start("waiter", () -> Task.runBeside("waiter", TaskKind.MESSAGE, lock::acquire));
        Actor.awaitUntil(() -> lock.waiting() == 1, () -> "it to wait");
        return actor;
    }

    @Test
    void nobodyWaitsAnyMoreForAnythingOfTheRegistry() {
        TaskLock order = registry.obtain("order", 1);
        TaskLock ledger = registry.obtain("ledger");
        Hold first = order.acquire();
        Hold second = ledger.acquire();
        Actor<Hold> forOrder = acquirer(order);
        Actor<Hold> forLedger = acquirer(ledger);
        assertThat(registry.isShutDown()).isFalse();

        registry.shutDown();

        assertThat(registry.isShutDown()).isTrue();
        assertThat(forOrder.failure())
                .isInstanceOfSatisfying(
                        BrokenLockException.class,
                        told -> assertThat(told.abandonment().reason()).isEqualTo(BreakReason.SHUTDOWN));
        assertThat(forLedger.failure()).isInstanceOf(BrokenLockException.class);
        first.close();
        second.close();
        registry.shutDown();
        order.acquire().close();
    }

    @Test
    void whatIsObtainedLaterIsNotWaitedForEither() {
        registry.shutDown();
        TaskLock lock = registry.obtain("order", 2);
        try (Hold ignored = lock.acquire()) {
            assertThat(Actor.start("late", lock::acquire).failure()).isInstanceOf(BrokenLockException.class);
        }
    }

    @Test
    void lotsOfOnesOwnBreak() {
        ParkingLot lot = registry.newLot();
        Actor<Void> parked = Actor.run("parked", () -> lot.parkIf(() -> true)).awaitParkedOn(lot);
        registry.shutDown();
        assertThat(parked.failure()).isInstanceOf(BrokenLotException.class).hasMessageContaining("'shutdown'");
        ParkingLot late = registry.newLot();
        assertThatExceptionOfType(BrokenLotException.class).isThrownBy(() -> late.parkIf(() -> true));
    }

    @Test
    void nobodyParksInASiblingOfItsLotsAnyMore() {
        ParkingLot sibling = registry.newLot().sibling().sibling();
        Actor<Void> parked =
                Actor.run("parker", () -> sibling.parkIf(() -> true)).awaitParkedOn(sibling);
        registry.shutDown();
        assertThat(parked.failure()).isInstanceOf(BrokenLotException.class);
        assertThat(registry.newLot().sibling().isBroken()).isTrue();
    }
}
