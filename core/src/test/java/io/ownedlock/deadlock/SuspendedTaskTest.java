package io.ownedlock.deadlock;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockInterruptedException;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.testing.Actor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cycles through tasks whose thread has turned to another, and through what they have lent. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SuspendedTaskTest extends DeadlockTesting {

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

    /** A stranger cannot share what a writer lends, though it only wants to read. */
    @Test
    void aReaderThatWaitsForWhatAWriterHasLentForReading() {
        TaskReadWriteLock pair = registry.obtainReadWrite("pair");
        in(second, b::acquire);
        Actor<Void> writer = waiting(b, first, () -> {
            try (Hold ignored = pair.writeLock().acquire()) {
                return Task.runInTask("borrower", () -> {
                    pair.readLock().acquire();
                    b.acquire().close();
                    return null;
                });
            }
        });
        refused(() -> in(second, pair.readLock()::acquire));
        writer.interrupt();
        assertThat(writer.failure()).isInstanceOf(LockInterruptedException.class);
    }

    /** What a future has brought may be given back elsewhere; what it was borrowed from is not. */
    @Test
    void aLenderWhoseLoanAFutureHasBrought() {
        in(second, b::acquire);
        Actor<Void> lender = waiting(b, first, () -> {
            try (Hold ignored = a.acquire()) {
                return Task.runInTask("borrower", () -> {
                    a.acquireAsync();
                    b.acquire().close();
                    return null;
                });
            }
        });
        refused(() -> in(second, a::acquire));
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
                        line -> assertThat(line)
                                .startsWith(second.label())
                                .endsWith("for a, held since 2030-01-01T00:00:00Z by " + first),
                        line -> assertThat(line).startsWith(first + " is suspended, on the same thread, by CUSTOM #"),
                        line -> assertThat(line)
                                .contains("'nested'")
                                .endsWith("for b, held since 2030-01-01T00:00:00Z by " + second));
        outer.interrupt();
        assertThat(outer.failure()).isInstanceOf(LockInterruptedException.class);
    }

    @Test
    void aTaskUponAnotherWantsWhatThatHolds() {
        DeadlockException refused = in(first, () -> {
            a.acquire();
            return refused(() -> in(second, a::acquire));
        });
        assertThat(refused.cycle().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith(second.label())
                                .endsWith("for a, held since 2030-01-01T00:00:00Z by " + first),
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
    void isSeenInTheGraphIfSomebodyWaitsForWhatIsSuspended() {
        in(first, a::acquire);
        Actor<Hold> waiter = waiting(a, third, a::acquire);
        in(
                first,
                () -> in(second, () -> {
                    assertThat(WaitForGraph.snapshot().edges())
                            .filteredOn(edge -> edge.waiting().id() == first.id())
                            .singleElement()
                            .satisfies(edge -> {
                                assertThat(edge.kind()).isEqualTo(WaitForGraph.Kind.SUSPENDED_BY);
                                assertThat(edge.holder().id()).isEqualTo(second.id());
                                assertThat(edge.resource()).isNull();
                                assertThat(edge.since()).isNull();
                            });
                    return null;
                }));
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(LockInterruptedException.class);
    }

    /** Its thread has left, and has not yet come back to what it had suspended there. */
    @Test
    void aTaskThatWasJustLeftSuspendsNobody() {
        CountDownLatch left = new CountDownLatch(1);
        CountDownLatch back = new CountDownLatch(1);
        Actor<Void> leaver = Actor.run("leaver", () -> {
            try (Attachment outside = first.attach();
                    Hold hold = a.acquire();
                    Attachment inside = second.attach()) {
                second.add(new ExitHook() {
                    @Override
                    protected void onMoved(Task task) {
                        if (left.getCount() > 0
                                && Thread.currentThread().getName().equals("leaver")) {
                            left.countDown();
                            awaitUninterruptibly(back);
                        }
                    }

                    @Override
                    protected void onEnded(Task task, TaskEnd end) {}
                });
            }
        });
        awaitUninterruptibly(left);
        Actor<Hold> waiter = Actor.start("waiter", () -> in(second, a::acquire));
        try {
            Actor.awaitUntil(() -> waiter.isDone() || waiter.thread().getState() == Thread.State.WAITING, () -> "it");
        } finally {
            back.countDown();
        }
        leaver.result();
        assertThat(waiter.result()).isNotNull();
    }
}
