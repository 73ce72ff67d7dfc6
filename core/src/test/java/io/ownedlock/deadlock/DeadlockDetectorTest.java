package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.park.Gate;
import io.ownedlock.park.Holding;
import io.ownedlock.park.Waiter;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockInterruptedException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.testing.Actor;
import io.ownedlock.testing.TestTime;
import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DeadlockDetectorTest extends DeadlockTesting {

    private final TestTime time = new TestTime();
    private final LockRegistry registry = LockRegistry.builder()
            .ticker(time)
            .parker(time)
            .settings("bounded", LockSettings.DEFAULTS.withWaitAtMost(Duration.ofSeconds(30)))
            .settings("fair", LockSettings.DEFAULTS.withFair(true))
            .build();
    private final TaskLock a = registry.obtain("a");
    private final TaskLock b = registry.obtain("b");
    private final TaskLock c = registry.obtain("c");
    private final Task first = task("first");
    private final Task second = task("second");
    private final Task third = task("third");

    @Test
    void twoLocksTakenInOppositeOrder() {
        in(first, a::acquire);
        Hold held = in(second, b::acquire);
        Actor<Hold> waiter = waiting(b, first, b::acquire);

        DeadlockException refused = refused(() -> in(second, a::acquire));
        assertThat(refused.lock()).isEqualTo(a.id());
        assertThat(refused.cycle().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo(second + " (thread "
                                        + Thread.currentThread().getName()
                                        + ") waits since 2030-01-01T00:00:00Z for a, held by " + first),
                        line -> assertThat(line)
                                .isEqualTo(first + " (thread first) waits since 2030-01-01T00:00:00Z for b, held by "
                                        + second));
        assertThat(a.waiting()).isZero();

        assertThat(isWaiting(waiter, b)).isTrue();
        held.close();
        waiter.result();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void ringsOfMore(int size) {
        List<TaskLock> locks = new ArrayList<>();
        List<Task> ring = new ArrayList<>();
        List<Hold> holds = new ArrayList<>();
        List<Actor<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            TaskLock lock = registry.obtain("ring", i);
            locks.add(lock);
            ring.add(task("task" + i));
            holds.add(in(ring.get(i), lock::acquire));
        }
        for (int i = 0; i < size - 1; i++) {
            TaskLock next = locks.get(i + 1);
            Hold mine = holds.get(i);
            waiters.add(waiting(next, ring.get(i), () -> {
                next.acquire().close();
                mine.close();
                return null;
            }));
        }
        DeadlockException refused = refused(() -> in(ring.get(size - 1), locks.get(0)::acquire));
        assertThat(refused.cycle().lines()).hasSize(size);
        ring.forEach(task -> assertThat(refused).hasMessageContaining(task.label()));
        locks.forEach(lock -> assertThat(refused).hasMessageContaining(lock.toString()));

        holds.get(size - 1).close();
        waiters.forEach(Actor::result);
    }

    @Test
    void aBoundThatTheCallerHasNotSetIsNoWayOut() {
        TaskLock one = registry.obtain("bounded", 1);
        TaskLock two = registry.obtain("bounded", 2);
        in(first, one::acquire);
        in(second, two::acquire);
        waiting(two, first, two::acquire);
        refused(() -> in(second, one::acquire));
    }

    @Test
    void aCycleThroughTwoRegistries() {
        TaskLock elsewhere = LockRegistry.builder().build().obtain("a");
        in(first, a::acquire);
        in(second, elsewhere::acquire);
        waiting(elsewhere, first, elsewhere::acquire);
        refused(() -> in(second, a::acquire));
    }

    /** Both are in the table before either looks; whoever looks first, the one that came last is told. */
    @ParameterizedTest
    @ValueSource(strings = {"first", "second", "both"})
    void twoThatCloseTheCycleAtTheSameInstant(String looks) throws Exception {
        DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        CountDownLatch firstIsIn = new CountDownLatch(1);
        CyclicBarrier bothAreIn = new CyclicBarrier(2);
        CountDownLatch looked = new CountDownLatch(1);
        LockRegistry watched = watched(new Gate() {
            @Override
            public void entered(Waiter waiter) {
                try {
                    if (waiter.task() == second) {
                        firstIsIn.await();
                    }
                    detector.publish(waiter);
                    firstIsIn.countDown();
                    bothAreIn.await();
                    if (!looks.equals("both") && !looks.equals(waiter.task().name())) {
                        looked.await();
                    }
                    detector.search(waiter.task());
                    looked.countDown();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void left(Waiter waiter) {
                detector.left(waiter);
            }
        });
        TaskLock one = watched.obtain("one");
        TaskLock two = watched.obtain("two");
        in(first, one::acquire);
        Hold held = in(second, two::acquire);
        Actor<Hold> survivor = actor(first, two::acquire);
        Actor<Hold> victim = actor(second, one::acquire);

        assertThat(victim.failure()).isInstanceOf(DeadlockException.class);
        awaitWaiting(survivor, two);
        held.close();
        survivor.result();
    }

    @Test
    void bystandersAreNotHurt() {
        Hold mine = in(first, a::acquire);
        Hold held = in(second, b::acquire);
        Actor<Void> behindA = waiting(a, third, () -> {
            a.acquire().close();
            return null;
        });
        Task fourth = task("fourth");
        Actor<Void> behindB = waiting(b, fourth, () -> {
            b.acquire().close();
            return null;
        });
        Actor<Void> waiter = waiting(b, first, () -> {
            b.acquire().close();
            mine.close();
            return null;
        });
        refused(() -> in(second, a::acquire));
        held.close();
        waiter.result();
        behindA.result();
        behindB.result();
    }

    @Test
    void whoHasSetItsOwnTimeGetsAwayByItself() {
        Hold mine = in(first, a::acquire);
        in(second, b::acquire);
        Actor<Boolean> patient = waiting(b, first, () -> b.tryLock(10, TimeUnit.SECONDS));
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        time.advance(Duration.ofSeconds(10));
        assertThat(patient.result()).isFalse();
        mine.close();
        waiter.result();
    }

    @Test
    void whoHasSetItsOwnTimeIsNoVictim() {
        in(first, a::acquire);
        Hold held = in(second, b::acquire);
        waiting(b, first, b::acquire);
        Actor<Boolean> patient = waiting(a, second, () -> a.tryLock(10, TimeUnit.SECONDS));
        time.advance(Duration.ofSeconds(10));
        assertThat(patient.result()).isFalse();
        held.close();
    }

    /** It is not in the queue any more, though still in the table. */
    @Test
    void aWaiterThatHasJustGivenUp() {
        CountDownLatch leaving = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        LockRegistry watched = watched(new Gate() {
            @Override
            public void entered(Waiter waiter) {
                detector.entered(waiter);
            }

            @Override
            public void left(Waiter waiter) {
                if (waiter.task() == first) {
                    leaving.countDown();
                    awaitUninterruptibly(leave);
                }
                detector.left(waiter);
            }
        });
        TaskLock one = watched.obtain("one");
        TaskLock two = watched.obtain("two");
        Hold mine = in(first, one::acquire);
        in(second, two::acquire);
        Actor<Hold> gaveUp = waiting(two, first, two::acquire);
        gaveUp.interrupt();
        awaitUninterruptibly(leaving);

        Actor<Hold> waiter = waiting(one, second, one::acquire);
        leave.countDown();
        assertThat(gaveUp.failure()).isInstanceOf(LockInterruptedException.class);
        mine.close();
        waiter.result();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        for (; ; ) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A hold may be closed by anybody: here it is, while the walk is between two looks, so the cycle was never there at one time. */
    @Test
    void aCycleThatWasNeverThereAtOneTime() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf one = new Shelf("one", false);
        Shelf two = new Shelf("two", false);
        one.give(first);
        Holding closing = two.give(second);
        Actor<Void> there = waiting("two", first, () -> two.await(detector, false));
        // The walk from the second task reads shelf one, then shelf two, where it sees this; it is gone when it looks
        // again.
        two.onLook = () -> {
            two.onLook = () -> two.held.remove(closing);
        };
        Actor<Void> here = waiting("one", second, () -> one.await(detector, false));
        assertThat(two.held).isEmpty();
        assertThat(isWaiting(there, "two")).isTrue();
        two.grantFirst();
        one.grantFirst();
        there.result();
        here.result();
    }

    @Test
    void aCycleWhoseFirstLinkIsGoneWhenTheLastIsSeen() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf one = new Shelf("one", false);
        Shelf two = new Shelf("two", false);
        one.give(first);
        two.give(second);
        Actor<Void> there = waiting("two", first, () -> two.await(detector, false));
        two.onLook = () -> one.held.set(0, () -> third);
        Actor<Void> here = waiting("one", second, () -> one.await(detector, false));
        assertThat(isWaiting(there, "two")).isTrue();
        two.grantFirst();
        one.grantFirst();
        there.result();
        here.result();
    }

    @Test
    void aWaitThatClosesTwoCycles() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf shared = new Shelf("shared", false);
        Shelf other = new Shelf("other", false);
        shared.give(first);
        shared.give(second);
        other.give(third);
        Actor<Void> one = waiting("other", first, () -> other.await(detector, false));
        Actor<Void> two = waiting("other", second, () -> other.await(detector, false));
        assertThatThrownBy(() -> in(third, () -> shared.await(detector, false))).isInstanceOf(Refused.class);
        other.grantFirst();
        other.grantFirst();
        one.result();
        two.result();
    }

    @Test
    void anAsyncWaitThatNobodyJoins() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf shelf = new Shelf("shelf", true);
        in(first, a::acquire);
        shelf.give(second);
        Waiter future = shelf.lot.joinAsync(first, null, false, decided -> {});
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        // Nor is it one that stands still in the queue.
        Actor<Void> behind = waiting("shelf", third, () -> shelf.await(detector, true));
        assertThat(WaitForGraph.snapshot().edges())
                .noneMatch(edge -> edge.waiting().id() == first.id());
        shelf.lot.remove(future);
        shelf.grantFirst();
        behind.result();
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(LockInterruptedException.class);
    }

    @Test
    void aChainThatEndsInATaskThatGoesOn() {
        Hold hc = in(third, c::acquire);
        Hold hb = in(second, b::acquire);
        Actor<Void> middle = waiting(c, second, () -> {
            c.acquire().close();
            hb.close();
            return null;
        });
        Actor<Hold> end = waiting(b, first, b::acquire);
        in(third, () -> {
            hc.close();
            return null;
        });
        middle.result();
        end.result();
    }

    @Test
    void aLockThatIsLentGoesOnWithItsBorrower() {
        Hold held = in(second, b::acquire);
        CountDownLatch lent = new CountDownLatch(1);
        CountDownLatch wanted = new CountDownLatch(1);
        Actor<Void> lender = actor(first, () -> {
            try (Hold ignored = a.acquire()) {
                return Task.runInTask("borrower", () -> {
                    try (Hold borrowed = a.acquire()) {
                        lent.countDown();
                        awaitUninterruptibly(wanted);
                        b.acquire().close();
                        a.acquire().close();
                    }
                    return null;
                });
            }
        });
        awaitUninterruptibly(lent);
        Actor<Void> outsider = waiting(a, third, () -> {
            a.acquire().close();
            return null;
        });
        wanted.countDown();
        awaitWaiting(lender, b);
        held.close();
        lender.result();
        outsider.result();
    }

    @Test
    void aCycleThroughALockThatIsLent() {
        in(second, b::acquire);
        Actor<Void> lender = waiting(b, first, () -> {
            try (Hold ignored = a.acquire()) {
                return Task.runInTask("borrower", () -> {
                    a.acquire();
                    b.acquire().close();
                    return null;
                });
            }
        });
        assertThat(refused(() -> in(second, a::acquire))).hasMessageContaining("'borrower'");
        lender.interrupt();
        assertThat(lender.failure()).isInstanceOf(LockInterruptedException.class);
    }

    /** The nested task waits for the other, and that for what the task around the nested one holds. */
    @Test
    void aCycleThroughTheTaskAround() {
        in(second, b::acquire);
        Actor<Void> outer = waiting(b, first, () -> {
            try (Hold ignored = a.acquire()) {
                return Task.runInTask("nested", () -> {
                    b.acquire().close();
                    return null;
                });
            }
        });
        assertThat(refused(() -> in(second, a::acquire)).cycle().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(second.label()).endsWith("for a, held by " + first),
                        line -> assertThat(line).startsWith(first + " is suspended, on the same thread, by CUSTOM #"),
                        line -> assertThat(line).contains("'nested'").endsWith("for b, held by " + second));
        outer.interrupt();
        assertThat(outer.failure()).isInstanceOf(LockInterruptedException.class);
    }

    @Test
    void reEntryIsNoWait() {
        in(first, a::acquire);
        Actor<Hold> waiter = waiting(a, second, a::acquire);
        in(first, () -> {
            a.acquire().close();
            return null;
        });
        assertThat(isWaiting(waiter, a)).isTrue();
    }

    @Test
    void aTaskUponAnotherWantsWhatThatHolds() {
        DeadlockException refused = in(first, () -> {
            a.acquire();
            return refused(() -> in(second, a::acquire));
        });
        assertThat(refused.cycle().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(second.label()).endsWith("for a, held by " + first),
                        line -> assertThat(line).isEqualTo(first + " is suspended, on the same thread, by " + second));
    }

    @Test
    void aTaskWantsWhatItsThreadHolds() {
        Actor.run("thread", () -> {
                    try (Hold ignored = a.acquire()) {
                        refused(() -> in(second, a::acquire));
                        refused(() -> in(second, () -> in(third, a::acquire)));
                    }
                    in(second, a::acquire).close();
                })
                .result();
    }

    @Test
    void aTaskThatWasSuspendedAndHasMoved() throws Exception {
        Hold held = in(first, () -> {
            Hold hold = a.acquire();
            in(second, b::acquire);
            return hold;
        });
        // In it again, on this thread, with nothing upon it; the other is elsewhere.
        try (Attachment ignored = first.attach()) {
            assertThat(first.suspendedBy()).isNull();
            Actor<Hold> waiter = waiting(a, second, a::acquire);
            held.close();
            waiter.result();
        }
        assertThat(first.suspendedBy()).isNull();
    }

    @Test
    void aTaskThatWasEndedWhileItsThreadWasInSuspendsNobody() {
        Task missed = Task.start("missed", io.ownedlock.task.TaskKind.REQUEST, inside -> true);
        Actor.run(
                        "thread",
                        () -> in(first, () -> {
                            Attachment left = missed.attach();
                            assertThat(first.suspendedBy()).isSameAs(left);
                            missed.endIfGone();
                            assertThat(Task.current()).isSameAs(first);
                            assertThat(first.suspendedBy()).isNull();
                            return null;
                        }))
                .result();
    }

    @Test
    void whoWaitsInAFairQueueWaitsForThoseBefore() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf pages = new Shelf("pages", true);
        pages.give(first);
        Actor<Void> writer = waiting("pages", second, () -> pages.await(detector, false));
        in(third, c::acquire);
        Actor<Void> reader = waiting("pages", third, () -> pages.await(detector, true));

        assertThat(refused(() -> in(first, c::acquire)).cycle().lines())
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("for c, held by " + third),
                        line -> assertThat(line).endsWith("for pages, in the queue behind " + second),
                        line -> assertThat(line).endsWith("for pages, held by " + first));
        pages.grantFirst();
        pages.grantFirst();
        writer.result();
        reader.result();
    }

    @Test
    void whoMayOvertakeWaitsForNobodyBefore() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf pages = new Shelf("pages", false);
        pages.give(first);
        Actor<Void> writer = waiting("pages", second, () -> pages.await(detector, false));
        in(third, c::acquire);
        Actor<Void> reader = waiting("pages", third, () -> pages.await(detector, true));
        Actor<Hold> waiter = waiting(c, first, c::acquire);
        pages.grantFirst();
        pages.grantFirst();
        writer.result();
        reader.result();
        waiter.interrupt();
        waiter.failure();
    }

    /** The one before has set its own time, so it gets out of the way by itself. */
    @Test
    void nobodyWaitsForWhoLeavesTheQueueByItself() {
        Gate detector = new DeadlockDetector(DeadlockPolicy.THROW, Ticker.system());
        Shelf pages = new Shelf("pages", true);
        pages.give(first);
        Actor<Void> writer = waiting("pages", second, () -> pages.await(Gate.OPEN, false));
        in(third, c::acquire);
        Actor<Void> reader = waiting("pages", third, () -> pages.await(detector, true));
        Actor<Hold> waiter = waiting(c, first, c::acquire);
        pages.grantFirst();
        pages.grantFirst();
        writer.result();
        reader.result();
        waiter.interrupt();
        waiter.failure();
    }

    @Test
    void aFairLock() {
        TaskLock fair = registry.obtain("fair");
        Hold held = in(first, fair::acquire);
        Actor<Void> before = waiting(fair, second, () -> {
            fair.acquire().close();
            return null;
        });
        Hold other = in(third, c::acquire);
        Actor<Void> behind = waiting(fair, third, () -> {
            fair.acquire().close();
            other.close();
            return null;
        });
        assertThat(WaitForGraph.snapshot().edges())
                .anyMatch(edge -> edge.kind() == WaitForGraph.Kind.BEHIND
                        && edge.waiting().id() == third.id()
                        && edge.holder().id() == second.id());
        refused(() -> in(first, c::acquire));
        held.close();
        before.result();
        behind.result();
    }

    @Test
    void warns() {
        List<String> warnings = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                warnings.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(DeadlockDetector.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            DeadlockDetector detector = new DeadlockDetector(DeadlockPolicy.WARN, Ticker.system());
            List<Waiter> waiters = new CopyOnWriteArrayList<>();
            LockRegistry watched = watched(new Gate() {
                @Override
                public void entered(Waiter waiter) {
                    waiters.add(waiter);
                    detector.entered(waiter);
                }

                @Override
                public void left(Waiter waiter) {
                    detector.left(waiter);
                }
            });
            TaskLock one = watched.obtain("one");
            TaskLock two = watched.obtain("two");
            in(first, one::acquire);
            Hold held = in(second, two::acquire);
            Actor<Hold> waiter = waiting(two, first, two::acquire);
            Actor<Hold> last = waiting(one, second, one::acquire);
            assertThat(warnings).hasSize(1).first().asString().contains(first.label(), second.label());
            // As the other would see it, had they come at once; and a newcomer is not in the cycle.
            waiters.forEach(each -> detector.search(each.task()));
            Actor<Hold> behind = waiting(one, third, one::acquire);
            assertThat(warnings).hasSize(1);

            last.interrupt();
            assertThat(last.failure()).isInstanceOf(LockInterruptedException.class);
            held.close();
            waiter.result();
            behind.interrupt();
            behind.failure();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void off() {
        LockRegistry blind = LockRegistry.builder().deadlock(DeadlockPolicy.OFF).build();
        TaskLock one = blind.obtain("one");
        TaskLock two = blind.obtain("two");
        in(first, one::acquire);
        Hold held = in(second, two::acquire);
        Actor<Hold> waiter = waiting(two, first, two::acquire);
        Actor<Hold> other = waiting(one, second, one::acquire);
        assertThat(isWaiting(waiter, two)).isTrue();
        assertThat(KnownWaits.tasks()).doesNotContain(first, second);
        other.interrupt();
        assertThat(other.failure()).isInstanceOf(LockInterruptedException.class);
        held.close();
        waiter.result();
    }

    @Test
    void theGraphShowsWhoWaitsForWhom() {
        in(first, a::acquire);
        waiting(a, second, a::acquire);
        assertThat(WaitForGraph.snapshot().edges().stream()
                        .filter(edge -> edge.waiting().id() == second.id()))
                .singleElement()
                .satisfies(edge -> {
                    assertThat(edge.kind()).isEqualTo(WaitForGraph.Kind.HELD_BY);
                    assertThat(edge.resource()).isEqualTo("a");
                    assertThat(edge.holder().label()).isEqualTo(first.label());
                    assertThat(edge.since()).isEqualTo(time.now());
                });
    }

    private static LockRegistry watched(Gate gate) {
        return LockRegistry.builder().gate(gate).build();
    }

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
                        line -> assertThat(line).startsWith(second.label()).endsWith("for a, held by " + first),
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
                .isInstanceOf(JoinRefusedException.class)
                .hasMessageContaining("for the end of " + second);
        assertThat(KnownWaits.joinOf(first)).isNull();
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
                                detector.publish(waiter);
                                arrived.countDown();
                                awaitUninterruptibly(joined);
                                detector.search(waiter.task());
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
        in(first, () -> new DeadlockDetector(DeadlockPolicy.OFF, time).joining(second));
        assertThat(KnownWaits.tasks()).doesNotContain(first);
    }
}
