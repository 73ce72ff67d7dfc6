package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.park.Gate;
import io.ownedlock.park.ParkingLot;
import io.ownedlock.park.Waiter;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a lock says of itself to whoever looks for cycles. */
class LockAsResourceTest extends LockTesting {

    @Test
    void isInTheWayOfThoseWhoMayNotTakeIt() {
        LockCell cell = cell(Gate.OPEN);
        Task owner = Task.start("owner", TaskKind.REQUEST);
        in(owner, () -> {
            Grant held = cell.take(Grant.HOLD, Patience.NONE);
            assertThat(cell.queue().inTheWayOf(cell.queue().lot().join(owner))).isEmpty();
            Task.runInTask("nested", () -> {
                assertThat(cell.queue().inTheWayOf(cell.queue().lot().join(Task.current())))
                        .isEmpty();
                return null;
            });
            Task outsider = Task.start("outsider", TaskKind.REQUEST);
            assertThat(cell.queue().inTheWayOf(cell.queue().lot().join(outsider)))
                    .isEqualTo(List.of(held));
            return null;
        });
    }

    @Test
    void tellsItsNameApartFromItsKey() {
        LockId id = new LockId("order", "42");
        assertThat(List.of(
                        newLock(LockSettings.DEFAULTS).lot(),
                        TaskReadWriteLock.create(id, LockSettings.DEFAULTS, environment())
                                .lot(),
                        TaskSemaphore.create(id, 1, environment()).lot()))
                .extracting(ParkingLot::resource)
                .allSatisfy(resource -> {
                    assertThat(resource.name()).isEqualTo("order");
                    assertThat(resource.key()).isEqualTo("42");
                    assertThat(resource).hasToString("order[42]");
                });
    }

    @Test
    void aGateThatDiesLeavesNobodyInTheQueue() {
        List<Waiter> left = new ArrayList<>();
        LockCell cell = cell(new Gate() {
            @Override
            public void entered(Waiter waiter) {
                throw new StackOverflowError("on purpose");
            }

            @Override
            public void left(Waiter waiter) {
                left.add(waiter);
            }
        });
        in(Task.start("owner", TaskKind.REQUEST), () -> cell.take(Grant.HOLD, Patience.NONE));
        Patience forEver = Patience.configured(null, true);
        assertThatThrownBy(() -> cell.take(Grant.HOLD, forEver)).isInstanceOf(StackOverflowError.class);
        assertThat(cell.queue().lot().isEmpty()).isTrue();
        assertThat(left).as("and is told that nobody waits any more").hasSize(1);
    }

    /** What a future has brought is given back by whatever is chained to it; what the task's thread has taken, is not. */
    @Test
    void isHeldByAFutureAloneAsLongAsTheTaskHasNotTakenItToo() {
        LockCell cell = cell(Gate.OPEN);
        in(Task.start("owner", TaskKind.REQUEST), () -> {
            cell.takeAsync(Patience.NONE).join();
            Grant held = (Grant) cell.state();
            assertThat(held.isByFuture()).isTrue();
            for (int holds = 1; holds <= 3; holds++) {
                cell.take(Grant.HOLD, Patience.NONE);
                assertThat(held.isByFuture()).as(holds + " holds").isFalse();
            }
            return null;
        });
    }

    private LockCell cell(Gate gate) {
        return new LockCell(
                new LockId("order", "42"),
                LockSettings.DEFAULTS,
                new LockEnvironment(time, time, gate, Runnable::run, List.of()));
    }
}
