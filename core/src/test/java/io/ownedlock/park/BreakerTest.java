package io.ownedlock.park;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Liveness;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.TestTime;
import io.ownedlock.watchdog.Guard;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Tasks whose end breaks a lot. */
class BreakerTest {

    private final ParkingLot lot = new ParkingLot();
    private final Task task = Task.start("task", TaskKind.REQUEST);

    private Actor<Void> park() {
        return Actor.run("waiter", () -> lot.parkIf(() -> true)).awaitParkedOn(lot);
    }

    private List<String> brokenBy() {
        return lot.brokenBy().stream().map(TaskInfo::name).toList();
    }

    @Test
    void theEndOfABreakerBreaksTheLotAndItsFailureIsTheCause() {
        lot.addBreaker(task);
        assertThat(lot.statistics().breakers()).extracting(TaskInfo::id).containsExactly(task.id());
        Actor<Void> waiter = park();
        IllegalStateException crash = new IllegalStateException("crash");
        task.end(crash);
        assertThat(waiter.failure())
                .isInstanceOf(BrokenLotException.class)
                .hasMessageContaining("'task'")
                .hasCause(crash);
        assertThat(brokenBy()).containsExactly("task");
        assertThat(lot.statistics().breakers()).isEmpty();
        assertThatExceptionOfType(BrokenLotException.class)
                .as("later ones keep none of its objects")
                .isThrownBy(() -> lot.parkIf(() -> true))
                .withNoCause();
    }

    @Test
    void registrationsCount() {
        lot.addBreaker(task);
        lot.addBreaker(task);
        lot.removeBreaker(task);
        lot.removeBreaker(task);
        assertThatIllegalStateException()
                .isThrownBy(() -> lot.removeBreaker(task))
                .withMessageContaining("not registered");
        task.end();
        assertThat(lot.isBroken()).isFalse();
    }

    @Test
    void whoIsNotRegisteredCannotBeRemoved() {
        assertThatIllegalStateException().isThrownBy(() -> lot.removeBreaker(task));
        lot.addBreaker(task);
        assertThatIllegalStateException().isThrownBy(() -> lot.removeBreaker(Task.current()));
    }

    @Test
    void whoIsRegisteredElsewhereIsNotRegisteredHere() {
        for (ParkingLot elsewhere : List.of(new ParkingLot(), lot.sibling())) {
            elsewhere.addBreaker(task);
            assertThatIllegalStateException()
                    .isThrownBy(() -> lot.removeBreaker(task))
                    .withMessage(task + " is not registered as a breaker of this parking lot");
            assertThat(elsewhere.statistics().breakers()).hasSize(1);
        }
    }

    @Test
    void eachRegistrationThatIsLeftBreaksOnce() {
        Task second = Task.start("second", TaskKind.REQUEST);
        lot.addBreaker(task);
        lot.addBreaker(second);
        lot.addBreaker(task);
        task.end();
        assertThat(brokenBy()).containsExactly("task", "task");
        second.end();
        assertThat(brokenBy()).containsExactly("task", "task", "second");
        assertThatIllegalStateException().isThrownBy(() -> lot.removeBreaker(task));
    }

    @Test
    void lotsBreakInTheOrderOfRegistration() {
        ParkingLot second = new ParkingLot();
        StringBuilder order = new StringBuilder();
        second.addBreaker(task);
        task.watch(new ExitHook() {
            @Override
            protected void onEnded(Task ended, TaskEnd end) {
                order.append(second.isBroken()).append(lot.isBroken());
            }
        });
        lot.addBreaker(task);
        task.end();
        assertThat(order).hasToString("truefalse");
        assertThat(lot.isBroken()).isTrue();
    }

    @Test
    void anEndedTaskCannotBeRegistered() {
        task.end();
        assertThatExceptionOfType(BrokenLotException.class)
                .isThrownBy(() -> lot.addBreaker(task))
                .withMessageContaining("over")
                .withMessageContaining("'task'");
        assertThat(lot.isBroken()).isFalse();
        assertThat(lot.statistics().breakers()).isEmpty();
    }

    @Test
    void aBrokenLotTakesBreakersAllTheSame() {
        lot.breakLot(task);
        lot.addBreaker(task);
        task.end();
        assertThat(brokenBy()).containsExactly("task", "task");
        lot.breakLot(task);
        assertThat(brokenBy()).as("an ended one may be blamed").hasSize(3);
    }

    @Test
    void aTaskThatIsEndingBreaksTheLotWhenItsThreadLeaves() {
        try (Attachment inside = task.attach()) {
            lot.addBreaker(task);
            task.end();
            assertThat(lot.isBroken()).isFalse();
        }
        assertThat(lot.isBroken()).isTrue();
    }

    @Test
    void aDeadThreadIsFoundOutByWhoIsToPark() {
        Actor.runAndDie("dying", () -> lot.addBreaker(Task.current()));
        assertThatExceptionOfType(BrokenLotException.class).isThrownBy(() -> lot.parkIf(() -> true));
        assertThat(brokenBy()).containsExactly("dying");
    }

    @Test
    void aTaskWhoseEndWasMissedIsFoundOutByTheWatchdog() {
        lot.inspectBreakers();
        lot.addBreaker(Task.start("missed", TaskKind.REQUEST, inside -> true));
        Actor<Void> waiter = park();
        lot.inspectBreakers();
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class).hasMessageContaining("'missed'");
    }

    @Test
    void removedBeforeTheEndAndAfter() {
        lot.addBreaker(task);
        lot.removeBreaker(task);
        task.end();
        assertThat(lot.isBroken()).isFalse();
        Task second = Task.start("second", TaskKind.REQUEST);
        lot.addBreaker(second);
        second.end();
        assertThatIllegalStateException().isThrownBy(() -> lot.removeBreaker(second));
        assertThat(brokenBy()).containsExactly("second");
    }

    /** Whatever the order: registered and broken, or refused and not. */
    @Test
    void registeringAndEndingAtOnceIsOneOrTheOther() {
        int registered = 0;
        for (int round = 0; round < 1_000; round++) {
            ParkingLot fresh = new ParkingLot();
            Task ending = Task.start("ending", TaskKind.REQUEST);
            Actor<Boolean> adder = Actor.start("adder", () -> {
                try {
                    fresh.addBreaker(ending);
                    return true;
                } catch (BrokenLotException over) {
                    return false;
                }
            });
            while (round % 2 == 0 && fresh.statistics().breakers().isEmpty() && !adder.isDone()) {
                Thread.onSpinWait();
            }
            ending.end();
            assertThat(fresh.isBroken()).isEqualTo(adder.result());
            registered += fresh.isBroken() ? 1 : 0;
        }
        assertThat(registered).isPositive();
    }

    /** Whatever the order: taken back and whole, or refused and broken. */
    @Test
    void removingAndEndingAtOnceIsOneOrTheOther() {
        for (int round = 0; round < 1_000; round++) {
            ParkingLot fresh = new ParkingLot();
            Task ending = Task.start("ending", TaskKind.REQUEST);
            fresh.addBreaker(ending);
            Actor<Boolean> remover = Actor.start("remover", () -> {
                try {
                    fresh.removeBreaker(ending);
                    return true;
                } catch (IllegalStateException gone) {
                    return false;
                }
            });
            ending.end();
            boolean removed = remover.result();
            assertThat(fresh.isBroken()).isEqualTo(!removed);
        }
    }

    /** The break comes while the waiter looks whether to park, and has to wait for the monitor: the waiter is in the queue by then. */
    @Test
    void brokenByABreakerBetweenTheLookAndTheQueue() {
        lot.addBreaker(task);
        Actor<Boolean>[] ender = newArray();
        Actor<Void> waiter = Actor.run(
                "waiter",
                () -> lot.parkIf(() -> {
                    ender[0] = Actor.start("ender", task::end);
                    Actor.awaitUntil(
                            () -> ender[0].thread().getState() == Thread.State.BLOCKED,
                            () -> "the end to want the monitor");
                    return true;
                }));
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class).hasMessageContaining("it ended");
        assertThat(ender[0].result()).isTrue();
        assertThat(lot.isEmpty()).isTrue();
    }

    @SuppressWarnings("unchecked")
    private static Actor<Boolean>[] newArray() {
        return new Actor[1];
    }

    /** The break comes first: the look says wait, and there is nothing to wait for any more. */
    @Test
    void brokenByABreakerDuringTheLook() {
        lot.addBreaker(task);
        assertThatExceptionOfType(BrokenLotException.class).isThrownBy(() -> lot.parkIf(task::end));
        assertThat(lot.isEmpty()).isTrue();
    }

    /** The waiter is in the queue, has looked at the breakers and is about to park. */
    @Test
    void brokenByABreakerAtTheMomentOfParking() {
        TestTime time = new TestTime();
        ParkingLot stopped = new ParkingLot(time, time, null);
        stopped.addBreaker(task);
        AtomicBoolean ended = new AtomicBoolean();
        time.onPark(() -> {
            if (ended.compareAndSet(false, true)) {
                Actor<Boolean> ender = Actor.start("ender", task::end);
                // No parking here: that would eat the permit.
                while (!ender.isDone()) {
                    Thread.yield();
                }
            }
        });
        Actor<Void> waiter = Actor.run("waiter", () -> stopped.parkIf(() -> true));
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class);
        assertThat(stopped.isEmpty()).isTrue();
    }

    /** Who is told of the break finds the lot broken, and does not get in again. */
    @Test
    void whoIsToldFindsItBroken() {
        lot.addBreaker(task);
        AtomicReference<Object> again = new AtomicReference<>();
        lot.joinAsync(Task.current(), null, false, told -> {
            try {
                again.set(lot.join(Task.current()));
            } catch (BrokenLotException broken) {
                again.set(broken);
            }
        });
        task.end();
        assertThat(again.get()).isInstanceOf(BrokenLotException.class);
        assertThat(lot.isEmpty()).isTrue();
    }

    @Test
    void oneWhoseThreadIsDeadCannotBecomeOne() {
        AtomicReference<Task> dead = new AtomicReference<>();
        Actor.runAndDie("dying", () -> dead.set(Task.current()));
        assertThatExceptionOfType(BrokenLotException.class)
                .isThrownBy(() -> lot.addBreaker(dead.get()))
                .withMessageContaining("over");
        assertThat(lot.isBroken()).isFalse();
    }

    @Test
    void movedToWhereABreakerHasDiedTheyAreTold() {
        ParkingLot target = lot.sibling();
        Actor.runAndDie("dying", () -> target.addBreaker(Task.current()));
        Actor<Void> waiter = park();
        lot.reparkAll(target);
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class).hasMessageContaining("its thread died");
    }

    @Test
    void movedOneByOneIntoABrokenLotTheyAreTold() {
        ParkingLot target = lot.sibling();
        Actor<Void> waiter = park();
        target.breakLot(task);
        assertThat(lot.move(lot.waiters().get(0), target)).isTrue();
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class);
        assertThat(lot.isEmpty() && target.isEmpty()).isTrue();
    }

    @Test
    void aBreakerThatEverybodyHasForgottenIsFoundOutByTheWatchdog() {
        lot.addBreaker(Task.start("forgotten", TaskKind.CUSTOM, Liveness.whileReachable(new Object())));
        Actor<Void> waiter = park();
        Actor.awaitUntil(
                () -> {
                    System.gc();
                    lot.inspectBreakers();
                    return waiter.isDone();
                },
                () -> "the waiter to be told");
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class).hasMessageContaining("nobody can end it");
    }

    @Test
    void theGuardsLookAfterTheBreakersOfASibling() {
        LockRegistry registry = LockRegistry.builder().build();
        ParkingLot first = registry.newLot();
        ParkingLot sibling = first.sibling();
        sibling.addBreaker(Task.start("gone", TaskKind.REQUEST, inside -> true));
        registry.guards().forEach(Guard::inspect);
        assertThat(sibling.isBroken()).isTrue();
        assertThat(first.isBroken()).isFalse();
    }

    @Test
    void aLivenessThatFailsForGoodKeepsNobodyFromBeingFound() {
        ParkingLot watched = new ParkingLot();
        watched.addBreaker(Task.start("unloaded", TaskKind.REQUEST, inside -> {
            throw new NoClassDefFoundError("unloaded");
        }));
        watched.addBreaker(Task.start("gone", TaskKind.REQUEST, inside -> true));
        watched.inspectBreakers();
        assertThat(watched.brokenBy()).extracting(TaskInfo::name).containsExactly("gone");
    }
}
