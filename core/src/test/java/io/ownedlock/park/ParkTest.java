package io.ownedlock.park;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.TestTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The parking lot as a building block: parking, unparking, moving and breaking. */
class ParkTest {

    private static final BooleanSupplier ALWAYS = () -> true;

    private final TestTime time = new TestTime();
    private final ParkingLot lot = new ParkingLot(time, time, null);
    private final ParkingLot other = lot.sibling();

    private static Task task(String name) {
        return Task.start(name, TaskKind.REQUEST);
    }

    private Actor<Void> park(String name) {
        return Actor.run(name, () -> lot.parkIf(ALWAYS)).awaitParkedOn(lot);
    }

    private List<Actor<Void>> parkThree() {
        return List.of(park("0"), park("1"), park("2"));
    }

    /** Stops a thread of this name, once, when it has decided to park. */
    private Runnable stopBeforePark(String name, AtomicBoolean reached) {
        CountDownLatch pass = new CountDownLatch(1);
        time.onPark(() -> {
            if (Thread.currentThread().getName().equals(name) && reached.compareAndSet(false, true)) {
                while (pass.getCount() > 0) {
                    Thread.yield();
                }
            }
        });
        return pass::countDown;
    }

    private static List<String> names(List<TaskInfo> tasks) {
        return tasks.stream().map(TaskInfo::name).toList();
    }

    private static List<String> threads(ParkingLot where) {
        return where.waiters().stream().map(waiter -> waiter.thread().getName()).toList();
    }

    @Test
    void startsEmptyAndCountsWhoIsParked() {
        assertThat(lot.size()).isZero();
        assertThat(lot.statistics()).isEqualTo(new LotStatistics(List.of(), List.of(), List.of()));
        List<Actor<Void>> actors = parkThree();
        assertThat(lot.size()).isEqualTo(3);
        assertThat(names(lot.statistics().waiting())).containsExactly("0", "1", "2");
        assertThat(lot.unparkAll()).hasSize(3);
        assertThat(lot.isEmpty()).as("at once").isTrue();
        actors.forEach(Actor::result);
    }

    @Test
    void unparksTheOldestFirst() {
        List<Actor<Void>> actors = parkThree();
        for (int i = 0; i < 3; i++) {
            assertThat(lot.unpark(1))
                    .extracting(Waiter::thread)
                    .containsExactly(actors.get(i).thread());
            actors.get(i).result();
        }
        assertThat(lot.unpark(1)).isEmpty();
        assertThat(lot.unpark(100)).isEmpty();
    }

    @Test
    void unparksAsManyAsToldAndNoMore() {
        List<Actor<Void>> actors = parkThree();
        assertThat(lot.unpark(0)).isEmpty();
        assertThat(lot.unpark(-1)).isEmpty();
        assertThat(lot.unpark(2))
                .as("in order")
                .extracting(Waiter::thread)
                .containsExactly(actors.get(0).thread(), actors.get(1).thread());
        actors.get(0).result();
        actors.get(1).result();
        assertThat(actors.get(2).isParkedOn(lot)).isTrue();
        assertThat(lot.unparkAll()).hasSize(1);
        actors.get(2).result();
    }

    @Test
    void doesNotParkIfItNeedNot() throws InterruptedException {
        lot.parkIf(() -> false);
        assertThat(lot.parkIf(() -> false, Duration.ZERO)).isTrue();
        assertThat(lot.parkIf(ALWAYS, Duration.ZERO)).isFalse();
        assertThatIllegalStateException()
                .isThrownBy(() -> lot.parkIf(() -> {
                    throw new IllegalStateException();
                }));
        assertThat(lot.isEmpty()).isTrue();
    }

    @Test
    void whoIsInterruptedOrRunsOutOfTimeLeavesAndTheQueueClosesUp() {
        Actor<Void> first = park("first");
        Actor<Void> second = park("second");
        Actor<Boolean> third = Actor.start("third", () -> lot.parkIf(ALWAYS, Duration.ofSeconds(1)))
                .awaitParkedOn(lot);
        Actor<Void> fourth = park("fourth");
        second.interrupt();
        assertThat(second.failure()).isInstanceOf(InterruptedException.class);
        time.advance(Duration.ofSeconds(1));
        assertThat(third.result()).isFalse();
        assertThat(threads(lot)).containsExactly("first", "fourth");
        lot.unparkAll();
        first.result();
        fourth.result();
    }

    @Test
    void whoIsInterruptedAlreadyDoesNotEvenLook() {
        lot.breakLot(task("culprit"));
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class)
                .as("and that comes before being broken")
                .isThrownBy(() -> lot.parkIf(ALWAYS));
    }

    /** The clock starts a microsecond before it overflows, and so before the number that stands for never. */
    @Test
    void aDeadlineThatLooksLikeNeverIsOne() {
        long left = Long.MAX_VALUE - time.nanos();
        Actor<Boolean> waiter = Actor.start("waiter", () -> lot.parkIf(ALWAYS, Duration.ofNanos(left)))
                .awaitParkedOn(lot);
        time.advance(Duration.ofSeconds(1));
        assertThat(waiter.result()).isFalse();
    }

    @Test
    void unparkedAndInterruptedAtOnceIsUnparkedAndKeepsTheInterrupt() {
        AtomicBoolean reached = new AtomicBoolean();
        Runnable pass = stopBeforePark("waiter", reached);
        Actor<Boolean> waiter = Actor.start("waiter", () -> {
            lot.parkIf(ALWAYS);
            return Thread.interrupted();
        });
        Actor.awaitUntil(reached::get, () -> "stop");
        waiter.interrupt();
        lot.unpark(1);
        pass.run();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void unparkedAndOverdueAtOnceIsUnparked() {
        AtomicBoolean reached = new AtomicBoolean();
        Runnable pass = stopBeforePark("waiter", reached);
        Actor<Boolean> waiter = Actor.start("waiter", () -> lot.parkIf(ALWAYS, Duration.ofSeconds(1)));
        Actor.awaitUntil(reached::get, () -> "stop");
        lot.unpark(1);
        time.advance(Duration.ofSeconds(2));
        pass.run();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void whoseTaskEndsIsRefused() {
        Task ending = task("ending");
        Actor<Void> waiter = Actor.run("waiter", () -> {
            try (Attachment inside = ending.attach()) {
                lot.parkIf(ALWAYS);
            }
        });
        waiter.awaitParkedOn(lot);
        ending.end();
        assertThat(waiter.failure()).isInstanceOf(ParkRefusedException.class).hasMessageContaining("'ending'");
        assertThat(lot.isEmpty()).isTrue();
        Task told = task("told");
        try (Attachment inside = told.attach()) {
            told.end();
            assertThatExceptionOfType(ParkRefusedException.class).isThrownBy(() -> lot.parkIf(ALWAYS));
        }
        assertThat(lot.isEmpty()).isTrue();
    }

    @Test
    void movesTheOldestToTheEndOfAnotherLotStillAsleep() {
        Actor<Void> there = Actor.run("there", () -> other.parkIf(ALWAYS)).awaitParkedOn(other);
        List<Actor<Void>> actors = parkThree();
        lot.repark(1, other);
        assertThat(threads(lot)).containsExactly("1", "2");
        assertThat(threads(other)).containsExactly("there", "0");
        lot.repark(0, other);
        lot.repark(2, other);
        lot.repark(5, other);
        assertThat(threads(other)).containsExactly("there", "0", "1", "2");
        assertThat(actors).noneMatch(Actor::isDone);
        other.reparkAll(lot);
        assertThat(threads(lot)).containsExactly("there", "0", "1", "2");
        assertThat(other.isEmpty()).isTrue();
        lot.unparkAll();
        actors.forEach(Actor::result);
        there.result();
    }

    @Test
    void movedOntoItselfTheFirstBecomesTheLast() {
        List<Actor<Void>> actors = parkThree();
        lot.repark(1, lot);
        assertThat(threads(lot)).containsExactly("1", "2", "0");
        lot.reparkAll(lot);
        assertThat(threads(lot)).containsExactly("1", "2", "0");
        lot.unparkAll();
        actors.forEach(Actor::result);
    }

    @Test
    void whoWasMovedLeavesTheLotItIsInNow() {
        List<Actor<Void>> actors = parkThree();
        lot.repark(2, other);
        actors.get(0).interrupt();
        assertThat(actors.get(0).failure()).isInstanceOf(InterruptedException.class);
        assertThat(threads(other)).containsExactly("1");
        assertThat(threads(lot)).containsExactly("2");
        lot.unparkAll();
        other.unparkAll();
        actors.get(1).result();
    }

    @Test
    void waitersMoveBetweenSiblingsOnly() {
        assertThatIllegalArgumentException().isThrownBy(() -> lot.repark(1, new ParkingLot()));
    }

    @Test
    void movedIntoABrokenLotTheyAreTold() {
        List<Actor<Void>> actors = parkThree();
        other.breakLot(task("culprit"));
        lot.repark(2, other);
        for (int i = 0; i < 2; i++) {
            assertThat(actors.get(i).failure())
                    .isInstanceOf(BrokenLotException.class)
                    .hasMessageContaining("'culprit'");
        }
        assertThat(other.isEmpty()).isTrue();
        assertThat(threads(lot)).containsExactly("2");
        lot.unparkAll();
        actors.get(2).result();
    }

    @Test
    void movedFirstAndBrokenThenTheyAreToldAsWell() {
        List<Actor<Void>> actors = parkThree();
        lot.reparkAll(other);
        other.breakLot(task("culprit"));
        actors.forEach(actor -> assertThat(actor.failure()).isInstanceOf(BrokenLotException.class));
        assertThat(lot.isBroken()).isFalse();
    }

    @Test
    void brokenWhileParkedEachHasAnExceptionOfItsOwn() {
        Task culprit = task("culprit");
        List<Actor<Void>> actors = parkThree();
        lot.breakLot(culprit);
        List<Throwable> failures =
                new ArrayList<>(actors.stream().map(Actor::failure).toList());
        assertThat(failures)
                .doesNotHaveDuplicates()
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(BrokenLotException.class)
                        .hasMessage("The parking lot was broken by " + culprit + " while parked"));
        BrokenLotException one = (BrokenLotException) failures.get(0);
        assertThat(one.brokenBy()).extracting(TaskInfo::id).containsExactly(culprit.id());
        assertThat(one.getStackTrace()).as("its own stack").isNotEmpty();
    }

    @Test
    void inABrokenLotNothingParks() {
        Task here = Task.current();
        lot.breakLot();
        assertThat(names(lot.brokenBy())).containsExactly(here.name());
        lot.breakLot();
        lot.breakLot(task("b"));
        assertThat(lot.isBroken()).isTrue();
        assertThat(names(lot.brokenBy())).containsExactly(here.name(), here.name(), "b");
        assertThatExceptionOfType(BrokenLotException.class)
                .isThrownBy(() -> lot.parkIf(ALWAYS))
                .satisfies(broken -> assertThat(broken.brokenBy()).hasSize(3))
                .withMessageContaining("'b'");
        assertThatExceptionOfType(BrokenLotException.class)
                .as("not would-block")
                .isThrownBy(() -> lot.parkIf(ALWAYS, Duration.ZERO));
        assertThatExceptionOfType(BrokenLotException.class).isThrownBy(() -> lot.join(here));
        assertThatExceptionOfType(BrokenLotException.class)
                .isThrownBy(() -> lot.joinAsync(here, null, false, decided -> {}));
        assertThat(lot.isEmpty()).isTrue();
        assertThat(lot.unparkAll()).isEmpty();
        lot.reparkAll(other);
        assertThat(other.isBroken()).as("a sibling is another lot").isFalse();
    }

    @Test
    void whoIsToBlameIsTheLotsOwnAffairAndForGood() {
        lot.breakLot(task("a"));
        List<TaskInfo> told = lot.brokenBy();
        List<TaskInfo> counted = lot.statistics().brokenBy();
        lot.breakLot(task("b"));
        for (List<TaskInfo> copy : List.of(told, counted)) {
            assertThat(names(copy)).as("of that moment").containsExactly("a");
            assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(copy::clear);
        }
        assertThat(names(lot.brokenBy())).containsExactly("a", "b");
        assertThatExceptionOfType(BrokenLotException.class).isThrownBy(() -> lot.parkIf(ALWAYS));
    }

    @Test
    void aTaskCanBreakALotInWhichItIsParkedItself() {
        Task itself = task("itself");
        Actor<Void> waiter = Actor.run("waiter", () -> {
            try (Attachment inside = itself.attach()) {
                lot.parkIf(ALWAYS);
            }
        });
        waiter.awaitParkedOn(lot);
        lot.breakLot(itself);
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class);
    }

    @Test
    void brokenBeforeItParksButAfterItJoined() {
        AtomicBoolean reached = new AtomicBoolean();
        Runnable pass = stopBeforePark("waiter", reached);
        Actor<Void> waiter = Actor.run("waiter", () -> lot.parkIf(ALWAYS));
        Actor.awaitUntil(reached::get, () -> "stop");
        lot.breakLot(task("culprit"));
        pass.run();
        assertThat(waiter.failure()).isInstanceOf(BrokenLotException.class);
    }

    @Test
    void interruptedThenBrokenIsInterruptedAndBrokenThenInterruptedIsBroken() {
        Actor<Void> first = park("first");
        first.interrupt();
        assertThat(first.failure()).isInstanceOf(InterruptedException.class);
        AtomicBoolean reached = new AtomicBoolean();
        Runnable pass = stopBeforePark("second", reached);
        Actor<Boolean> second = Actor.start("second", () -> {
            assertThatExceptionOfType(BrokenLotException.class).isThrownBy(() -> lot.parkIf(ALWAYS));
            return Thread.interrupted();
        });
        Actor.awaitUntil(reached::get, () -> "stop");
        lot.breakLot(task("culprit"));
        second.interrupt();
        pass.run();
        assertThat(second.result()).as("and keeps the interrupt").isTrue();
    }

    /** Whatever the order: parked and told, or told on arrival; nobody is left. */
    @Test
    void breakingAndParkingAtOnceForgetsNobody() {
        for (int round = 0; round < 500; round++) {
            ParkingLot fresh = new ParkingLot();
            ParkingLot target = fresh.sibling();
            Actor<Void> parker = Actor.run("parker", () -> fresh.parkIf(ALWAYS));
            Actor<Void> mover = Actor.run("mover", () -> {
                while (!parker.isDone()) {
                    fresh.reparkAll(target);
                    Thread.yield();
                }
            });
            target.breakLot(Task.current());
            assertThat(parker.failure()).isInstanceOf(BrokenLotException.class);
            mover.result();
        }
    }

    /** Somebody else was first: the outcome is theirs, and stays so. */
    @Test
    void whoIsNotInTheQueueAnyMoreIsNeitherGrantedNorFailedNorMoved() {
        Waiter gone = lot.join(task("gone"));
        assertThat(lot.remove(gone)).isTrue();
        assertThat(lot.remove(gone)).isFalse();
        assertThat(lot.grant(gone)).isFalse();
        assertThat(lot.fail(gone, IllegalStateException::new)).isFalse();
        assertThat(lot.failAsleep(gone, IllegalStateException::new)).isFalse();
        assertThat(lot.move(gone, other)).isFalse();
        assertThat(gone.isGranted()).isFalse();
        assertThat(gone.failure()).isNull();
        assertThat(other.isEmpty()).isTrue();
    }

    @Test
    void noMoreMayWaitThanWhatIsWaitedForHasRoomFor() {
        Resource narrow = new Resource() {
            @Override
            public List<Holding> holdings() {
                return List.of();
            }

            @Override
            public int maxWaiters() {
                return 1;
            }

            @Override
            public RuntimeException deadlock(String cycle) {
                return new IllegalStateException(cycle);
            }
        };
        ParkingLot crowded = new ParkingLot(time, time, narrow);
        Waiter first = crowded.join(task("first"));
        assertThatIllegalStateException()
                .isThrownBy(() -> crowded.join(task("late")))
                .withMessage("As many as may wait are waiting, 1");
        Waiter ahead = crowded.join(task("ahead"), null, true);
        assertThat(crowded.waiters()).containsExactly(ahead, first);
    }

    @Test
    void whoJoinsAheadIsBehindThoseWhoDidAndBeforeAllOthers() {
        Waiter last = lot.join(task("last"));
        Waiter first = lot.join(task("first"), null, true);
        Waiter second = lot.join(task("second"), null, true);
        assertThat(lot.waiters()).containsExactly(first, second, last);
        assertThat(lot.remove(last)).isTrue();
        Waiter third = lot.join(task("third"), null, true);
        assertThat(lot.waiters()).containsExactly(first, second, third);
    }

    @Test
    void lessThanNoTimeIsNoTime() {
        Duration least = Duration.ofSeconds(Long.MIN_VALUE);
        assertThat(Actor.start("parker", () -> lot.parkIf(() -> true, least)).result())
                .isFalse();
    }
}
