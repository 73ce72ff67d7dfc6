package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Liveness;
import io.ownedlock.task.Parent;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import io.ownedlock.task.TaskState;
import io.ownedlock.testing.Actor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The lock when an owner ends and still holds it. */
class BreakingTest extends LockTesting {

    private final TaskLock lock = newLock(settings(OnOwnerEnd.BREAK));

    @ParameterizedTest
    @EnumSource(names = {"BREAK", "POISON"})
    void everyoneParkedIsToldWithAnErrorOfTheirOwn(OnOwnerEnd policy) {
        TaskLock lock = newLock(settings(policy));
        Task owner = ownerOf(lock);
        List<Actor<?>> waiters = List.of(
                acquirer("acquire", lock),
                inOwnTask("lock", () -> {
                    lock.lock();
                    return null;
                }),
                inOwnTask("tryLock", () -> lock.tryLock(1, TimeUnit.HOURS)));
        waiters.forEach(waiter -> waiter.awaitParkedOn(lock.lot()));
        TaskInfo culprit = owner.info();
        time.advance(Duration.ofSeconds(2));
        IOException failure = new IOException("the owner's failure");

        owner.end(failure);

        for (Actor<?> waiter : waiters) {
            assertThat(waiter.failure()).isInstanceOfSatisfying(BrokenLockException.class, e -> {
                Abandonment told = e.abandonment();
                assertThat(e.lock()).isEqualTo(lock.id());
                assertThat(told.owner().id()).isEqualTo(culprit.id());
                assertThat(told.reason()).isEqualTo(BreakReason.OWNER_ENDED);
                assertThat(told.acquiredAt()).isEqualTo(told.brokenAt().minusSeconds(2));
                assertThat(e).hasCause(failure);
                assertThat(e)
                        .hasMessageContaining("order[42]")
                        .hasMessageContaining(culprit.label())
                        .hasMessageContaining("OWNER_ENDED")
                        .hasMessageContaining(told.acquiredAt().toString())
                        .hasMessageContaining(told.incident());
                assertThat(List.of(e.getStackTrace()))
                        .anySatisfy(frame -> assertThat(frame.getClassName()).contains("TaskLock"));
            });
        }
        assertThat(waiters.stream().map(Actor::failure).distinct()).hasSize(3);
        assertThat(events).contains("abandoned order[42] by owner, told 3");
        assertThat(lock.waiting()).isZero();
    }

    @Test
    void brokenIsFreeAndTheNextHoldSaysSo() {
        ownerOf(lock).end();
        assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
        assertThat(lock.snapshot().abandonment()).isNotNull();
        assertThat(lock.isIdle()).isFalse();

        try (Hold hold = lock.acquire()) {
            assertThat(hold.predecessorAbandoned()).isTrue();
            assertThat(hold.predecessor().owner().name()).isEqualTo("owner");
            assertThat(lock.predecessorAbandoned()).isTrue();
            try (Hold again = lock.acquire()) {
                assertThat(again.predecessorAbandoned()).isTrue();
            }
            assertThat(lock.predecessorAbandoned()).isTrue();
        }
        assertThat(lock.isIdle()).isTrue();
        try (Hold hold = lock.acquire()) {
            assertThat(hold.predecessorAbandoned()).isFalse();
            assertThat(lock.predecessorAbandoned()).isFalse();
        }
    }

    @Test
    void aSecondDeadOwnerIsToldToo() {
        ownerOf(lock).end();
        Task second = Task.start("second", TaskKind.REQUEST);
        assertThat(in(second, lock::acquire).predecessorAbandoned()).isTrue();
        second.end();
        assertThat(lock.acquire().predecessor().owner().name()).isEqualTo("second");
    }

    @Test
    void poisonedIsBrokenForEveryoneUntilItIsRepaired() {
        TaskLock lock = newLock(settings(OnOwnerEnd.POISON));
        assertThat(lock.repair()).isFalse();
        Task owner = ownerOf(lock);
        assertThat(lock.repair()).isFalse();
        owner.end(new IOException());

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(lock::acquire)
                    .isInstanceOf(BrokenLockException.class)
                    .hasMessageContaining("poisoned until it is repaired")
                    .hasNoCause();
            assertThatThrownBy(lock::lock).isInstanceOf(BrokenLockException.class);
            assertThatThrownBy(lock::tryLock).isInstanceOf(BrokenLockException.class);
            assertThatThrownBy(lock::tryAcquire).isInstanceOf(BrokenLockException.class);
            assertThatThrownBy(() -> lock.tryLock(1, TimeUnit.DAYS)).isInstanceOf(BrokenLockException.class);
        }
        assertThat(lock.snapshot().state()).isEqualTo(LockState.POISONED);
        assertThat(lock.snapshot().abandonment().owner().id()).isEqualTo(owner.id());
        assertThat(lock.isIdle()).isFalse();

        assertThat(lock.repair()).isTrue();
        assertThat(lock.repair()).isFalse();
        assertThat(events).contains("repaired order[42]");
        try (Hold hold = lock.acquire()) {
            assertThat(hold.predecessorAbandoned()).isFalse();
        }
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aTaskGivesUpAllItHolds() {
        TaskLock other = newLock(settings(OnOwnerEnd.POISON));
        Task owner = ownerOf(lock);
        in(owner, other::acquire);
        in(owner, lock::acquire);
        owner.end();
        assertThat(lock.snapshot().abandonment()).isNotNull();
        assertThat(other.snapshot().state()).isEqualTo(LockState.POISONED);
    }

    @Test
    void whatWasGivenBackIsNotBroken() {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        in(owner, () -> {
            lock.acquire().close();
            return null;
        });
        owner.end();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aHoldOfABrokenLockClosesSilently() {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Hold hold = in(owner, lock::acquire);
        owner.end();
        hold.close();
        assertThat(lock.snapshot().abandonment()).isNotNull();
        try (Hold next = lock.acquire()) {
            hold.close();
            assertThat(lock.isHeldByCurrentTask()).isTrue();
        }
    }

    @Test
    void theTaskThatLeakedIsNotKeptByWhatIsTold() {
        ownerOf(lock).end(new IOException());
        assertThatThrownBy(() -> Task.runInTask("later", () -> {
                    lock.acquire();
                    throw new IOException();
                }))
                .isInstanceOf(IOException.class);
        assertThat(lock.snapshot().abandonment().owner().name()).isEqualTo("later");
    }

    @Test
    void aDeadThreadIsFoundByWhoComesNext() {
        Actor.runAndDie("mortal", lock::lock);
        assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);

        try (Hold hold = lock.tryAcquire()) {
            assertThat(hold.predecessor().reason()).isEqualTo(BreakReason.OWNER_THREAD_DIED);
            assertThat(hold.predecessor().owner().name()).isEqualTo("mortal");
        }
        assertThat(events).contains("abandoned order[42] by mortal, told 0");
    }

    @Test
    void aDeadThreadInATaskIsFoundToo() {
        Task task = Task.start("task", TaskKind.MESSAGE);
        Actor.runAndDie("mortal", () -> {
            task.attach();
            lock.lock();
        });
        assertThat(lock.tryLock()).isTrue();
        assertThat(lock.predecessorAbandoned()).isTrue();
        assertThat(task.state()).isEqualTo(TaskState.ENDED);
    }

    @Test
    void aDeadThreadsPoisonedLockFailsWhoComesNext() {
        TaskLock lock = newLock(settings(OnOwnerEnd.POISON));
        Actor.runAndDie("mortal", lock::lock);
        assertThatThrownBy(lock::tryLock)
                .isInstanceOf(BrokenLockException.class)
                .hasMessageContaining("OWNER_THREAD_DIED");
    }

    @Test
    void parkedBehindADeadThreadTheInspectionTellsThem() {
        Actor<Void> mortal = dyingOwner();
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        lock.inspectOwners();
        waiter.awaitParkedOn(lock.lot());

        mortal.interrupt();
        Actor.awaitUntil(() -> !mortal.thread().isAlive(), () -> "death");
        waiter.awaitParkedOn(lock.lot());
        lock.inspectOwners();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("OWNER_THREAD_DIED");
    }

    @Test
    void parkedBehindADeadThreadThoseBeforeANewcomerAreTold() {
        Actor<Void> mortal = dyingOwner();
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        mortal.interrupt();
        Actor.awaitUntil(() -> !mortal.thread().isAlive(), () -> "death");

        assertThat(lock.acquire().predecessorAbandoned()).isTrue();
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
    }

    private Actor<Void> dyingOwner() {
        Actor<Void> mortal = Actor.run("mortal", () -> {
            lock.lock();
            try {
                Thread.currentThread().join();
            } catch (InterruptedException e) {
                // dies
            }
        });
        Actor.awaitUntil(() -> lock.snapshot().state() == LockState.HELD, () -> "the owner");
        return mortal;
    }

    @Test
    void anInspectionAsksWhetherTheEndWasMissed() {
        boolean[] gone = {false};
        Task owner = Task.start("request", TaskKind.REQUEST, inside -> gone[0]);
        in(owner, lock::acquire);
        lock.inspectOwners();
        assertThat(lock.tryLock()).isFalse();
        gone[0] = true;
        assertThat(lock.tryLock()).isFalse();
        lock.inspectOwners();
        assertThat(lock.tryLock()).isTrue();
    }

    @Test
    void nobodyIsLetInWhileAThreadOfAnEndedTaskIsStillInside() {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        Hold hold;
        Actor<Hold> waiter;
        try (Attachment inside = owner.attach()) {
            hold = lock.acquire();
            waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());

            owner.end();
            waiter.awaitParkedOn(lock.lot());
            assertThat(Actor.start("other", lock::tryLock).result()).isFalse();
            assertThat(lock.tryLock()).as("re-entry").isTrue();
            lock.unlock();
            TaskLock another = newLock(LockSettings.DEFAULTS);
            assertThatThrownBy(another::acquire)
                    .isInstanceOf(LockRefusedException.class)
                    .hasMessageContaining("is ending");
            assertThat(another.isIdle()).isTrue();
        }
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class);
        hold.close();
    }

    @Test
    void whatATaskThatIsEndingGivesBackIsNotBroken() {
        Task owner = Task.start("owner", TaskKind.REQUEST);
        try (Attachment inside = owner.attach()) {
            Hold hold = lock.acquire();
            owner.end();
            hold.close();
        }
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void theWaitsOfATaskThatIsEndingFail() {
        Hold held = lock.acquire();
        Task ending = Task.start("ending", TaskKind.REQUEST);
        Actor<Hold> first =
                Actor.start("first", () -> in(ending, lock::acquire)).awaitParkedOn(lock.lot());
        Actor<Hold> second = acquirer("second", lock).awaitParkedOn(lock.lot());

        ending.end();
        assertThat(first.failure()).isInstanceOf(LockRefusedException.class);
        second.awaitParkedOn(lock.lot());
        assertThat(events).contains("REFUSED order[42] after 0");
        held.close();
        second.result().close();
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aBorrowerThatEndsGivesTheLoanBackAndTheLenderIsTold() {
        try (Hold mine = lock.acquire()) {
            Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
            Task.runInTask("borrower", () -> lock.acquire());
            assertThat(lock.isHeldByCurrentTask()).isTrue();
            assertThat(mine.predecessor().owner().name()).isEqualTo("borrower");
            assertThat(mine.predecessor().lender().name())
                    .isEqualTo(Task.current().name());
            waiter.awaitParkedOn(lock.lot());
            assertThat(events).contains("abandoned order[42] by borrower, told 0");
            mine.close();
            waiter.result().close();
        }
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void aLenderThatEndsIsDealtWithWhenTheLoanIsBack() {
        Task lender = Task.start("lender", TaskKind.REQUEST);
        Actor<Hold> waiter;
        try (Attachment inside = lender.attach()) {
            lock.acquire();
            waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
            Task.runInTask("borrower", () -> {
                try (Hold loan = lock.acquire()) {
                    lender.end();
                    waiter.awaitParkedOn(lock.lot());
                }
                return null;
            });
            waiter.awaitParkedOn(lock.lot());
        }
        assertThat(waiter.failure()).isInstanceOf(BrokenLockException.class).hasMessageContaining("'lender'");
    }

    @Test
    void aBorrowerThatEndsAfterItsLenderReleasedLeavesAFlag() {
        Hold mine = lock.acquire();
        Task.runInTask("borrower", () -> {
            lock.acquire();
            mine.close();
            return null;
        });
        assertThat(lock.acquire().predecessor().owner().name()).isEqualTo("borrower");
    }

    @Test
    void errorsSurviveSerialization() throws Exception {
        ownerOf(newLock(settings(OnOwnerEnd.POISON)));
        TaskLock poisoned = newLock(settings(OnOwnerEnd.POISON));
        ownerOf(poisoned).end();
        BrokenLockException thrown = null;
        try {
            poisoned.lock();
        } catch (BrokenLockException e) {
            thrown = e;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(thrown);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            BrokenLockException read = (BrokenLockException) in.readObject();
            assertThat(read.abandonment()).isEqualTo(thrown.abandonment());
            assertThat(read.lock()).isEqualTo(poisoned.id());
        }
    }

    @Test
    void anOwnerThatEverybodyHasForgottenIsFoundOutAndTheWaitersAreToldWhy() {
        TaskLock lock = newLock(settings(OnOwnerEnd.BREAK));
        in(Task.start("forgotten", TaskKind.CUSTOM, Liveness.whileReachable(new Object())), lock::acquire);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        Actor.awaitUntil(
                () -> {
                    System.gc();
                    lock.inspectOwners();
                    return waiter.isDone();
                },
                () -> "the waiter to be told");
        assertThat(waiter.failure())
                .isInstanceOf(BrokenLockException.class)
                .hasMessageContaining("OWNER_UNREACHABLE")
                .hasMessageContaining("nobody can end its owner");
        assertThat(lock.snapshot().abandonment().reason()).isEqualTo(BreakReason.OWNER_UNREACHABLE);
    }

    @Test
    void anOwnerWhoseEndWasMissedIsFoundOutAndTheWaitersAreToldWhy() {
        TaskLock lock = newLock(settings(OnOwnerEnd.BREAK));
        in(Task.start("missed", TaskKind.CUSTOM, inside -> inside == null), lock::acquire);
        Actor<Hold> waiter = acquirer("waiter", lock).awaitParkedOn(lock.lot());
        lock.inspectOwners();
        assertThat(waiter.failure())
                .isInstanceOf(BrokenLockException.class)
                .hasMessageContaining("OWNER_END_MISSED")
                .hasMessageContaining("its end was missed");
    }

    @Test
    void theErrorNamesWhoStartedTheOwner() throws Exception {
        TaskLock lock = newLock(LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON));
        Task request = Task.start("GET /x", TaskKind.REQUEST);
        Parent parent;
        try (Attachment inside = request.attach()) {
            parent = Parent.capture();
        }
        Task.runBeside("Mailer.send", TaskKind.ASYNC, parent, lock::acquire);

        BrokenLockException told = catchThrowableOfType(BrokenLockException.class, lock::acquire);
        assertThat(told)
                .hasMessageContaining(told.abandonment().owner().label() + " on thread "
                        + Thread.currentThread().getName() + " (started by " + request.label()
                        + "), which had held it");
    }
}
