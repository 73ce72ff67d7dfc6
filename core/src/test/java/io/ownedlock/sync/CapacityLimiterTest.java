package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.testing.Actor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CapacityLimiterTest extends LockTesting {

    private final Queue<Runnable> submitted = new ArrayDeque<>();
    private final CapacityLimiter limiter = limiter(1);

    private CapacityLimiter limiter(long total) {
        return CapacityLimiter.create(new LockId("pool", null), total, environment(submitted::add));
    }

    private Actor<Permit> waiter(String name) {
        return inOwnTask(name, limiter::acquire).awaitParkedOn(limiter.lot());
    }

    private static Task task(String name) {
        return Task.start(name, TaskKind.REQUEST);
    }

    @Test
    void countsWhatIsOut() {
        CapacityLimiter three = limiter(3);
        Task holder = task("holder");
        in(holder, three::acquire);
        assertThat(three.total()).isEqualTo(3);
        assertThat(three.borrowed()).isEqualTo(1);
        assertThat(three.available()).isEqualTo(2);
        assertThat(three.borrowers()).containsExactly(holder);
        Permit token = three.acquire();
        assertThat(three.snapshot().holds())
                .extracting(held -> held.owner().id())
                .contains(holder.id());
        assertThat(three.snapshot().capacity()).isEqualTo(new LockSnapshot.Capacity(3, 1));
        token.close();
        in(holder, () -> {
            three.release();
            return null;
        });
        assertThat(three.borrowed()).isZero();
        assertThat(three).hasToString("pool");
        assertThat(three.id().name()).isEqualTo("pool");
    }

    @Test
    void infiniteIsNoLimit() {
        CapacityLimiter infinite = limiter(CapacityLimiter.INFINITE);
        for (int i = 0; i < 100; i++) {
            infinite.acquireOnBehalfOf(i);
        }
        assertThat(infinite.borrowed()).isEqualTo(100);
        assertThat(infinite.available()).isEqualTo(CapacityLimiter.INFINITE);
        infinite.setTotal(100);
        assertThat(infinite.tryAcquire()).isNull();
        assertThat(infinite.available()).isZero();
        infinite.setTotal(CapacityLimiter.INFINITE);
        assertThat(infinite.tryAcquire()).isNotNull();
    }

    @Test
    void aTotalIsNotNegative() {
        assertThatIllegalArgumentException().isThrownBy(() -> limiter(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> limiter.setTotal(-1));
        assertThat(limiter.total()).isEqualTo(1);
    }

    @Test
    void releasingWhatOneHasNotIsAnError() {
        assertThatIllegalStateException().isThrownBy(limiter::release).withMessageContaining("has no token of pool");
        assertThatIllegalStateException()
                .isThrownBy(() -> limiter.releaseOnBehalfOf("a"))
                .withMessageContaining("The borrower has no token");
    }

    @Test
    void aBorrowerGetsOneTokenOnly() {
        CapacityLimiter two = limiter(2);
        Permit token = two.acquire();
        assertThatIllegalStateException().isThrownBy(two::acquire).withMessageContaining("has a token of pool");
        assertThatIllegalStateException().isThrownBy(two::tryAcquire);
        assertThatIllegalStateException().isThrownBy(() -> two.tryAcquire(Duration.ofDays(1)));
        assertThatIllegalStateException().isThrownBy(two::acquireAsync);
        assertThat(two.borrowed()).isEqualTo(1);
        assertThat(two.waiting()).isZero();
        token.close();
        two.acquire().close();
    }

    @Test
    void twoDoNotWaitForTheSameBorrower() {
        CapacityLimiter two = limiter(0);
        Object borrower = new Object();
        Actor<Permit> first =
                inOwnTask("first", () -> two.acquireOnBehalfOf(borrower)).awaitParkedOn(two.lot());
        assertThat(inOwnTask("second", () -> two.acquireOnBehalfOf(borrower)).failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("waits for one already");
        assertThatIllegalStateException().as("waits, and has none").isThrownBy(() -> two.releaseOnBehalfOf(borrower));
        two.setTotal(2);
        first.result();
        assertThat(two.borrowed()).as("admitted and counted are the same").isEqualTo(1);
        two.releaseOnBehalfOf(borrower);
        assertThat(two.borrowed()).isZero();
    }

    @Test
    void anybodyMayBorrowForAnybodyAndReleaseForHim() {
        Object borrower = new Object();
        limiter.acquireOnBehalfOf(borrower);
        assertThat(limiter.tryAcquireOnBehalfOf(new Object())).isNull();
        assertThat(limiter.borrowers()).containsExactly(borrower);
        Actor.run("other", () -> limiter.releaseOnBehalfOf(borrower)).result();
        assertThat(limiter.borrowed()).isZero();
    }

    @Test
    void borrowersAreToldApartByIdentitySaveForPlainValues() {
        CapacityLimiter many = limiter(100);
        record Value(String text) {
            @Override
            public boolean equals(Object other) {
                throw new AssertionError("a user's equals under our lock");
            }

            @Override
            public int hashCode() {
                throw new AssertionError("a user's hashCode under our lock");
            }

            @Override
            public String toString() {
                throw new AssertionError("a user's toString in our message");
            }
        }
        Value one = new Value("a");
        many.acquireOnBehalfOf(one);
        many.acquireOnBehalfOf(new Value("a"));
        assertThatIllegalStateException().isThrownBy(() -> many.acquireOnBehalfOf(one));
        many.releaseOnBehalfOf(one);
        UUID uuid = UUID.randomUUID();
        for (Object[] equal : new Object[][] {
            {"tenant", new StringBuilder("tenant").toString()},
            {100_000, Integer.valueOf("100000")},
            {100_000L, Long.valueOf("100000")},
            {uuid, UUID.fromString(uuid.toString())}
        }) {
            many.acquireOnBehalfOf(equal[0]);
            assertThatIllegalStateException().isThrownBy(() -> many.acquireOnBehalfOf(equal[1]));
            many.releaseOnBehalfOf(equal[1]);
        }
        assertThat(many.borrowed()).isEqualTo(1);
    }

    @Test
    void aTokenGoesToTheOldestWaiterBeforeItHasWokenUp() {
        Permit token = limiter.acquire();
        Stop aboutToPark = stopAtPark("first");
        Actor<Permit> first = inOwnTask("first", limiter::acquire);
        aboutToPark.awaitReached();
        token.close();
        assertThat(limiter.borrowed()).isEqualTo(1);
        assertThat(limiter.tryAcquire()).isNull();
        aboutToPark.pass();
        first.result();
    }

    @Test
    void moreTokensAdmitExactlyThatManyOfTheOldest() {
        limiter.setTotal(0);
        List<Actor<Permit>> waiters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiters.add(waiter("waiter " + i));
        }
        limiter.setTotal(2);
        assertThat(limiter.borrowed()).as("at once").isEqualTo(2);
        assertThat(limiter.waiting()).isEqualTo(2);
        waiters.get(0).result();
        waiters.get(1).result();
        assertThat(waiters.get(2).isParkedOn(limiter.lot())).isTrue();
        assertThat(owners(limiter)).containsExactly("waiter 0", "waiter 1");
        assertThat(waiting(limiter)).containsExactly("waiter 2", "waiter 3");
        limiter.setTotal(CapacityLimiter.INFINITE);
        waiters.get(2).result();
        waiters.get(3).result();
    }

    @Test
    void fewerTokensEvictNobodyAndAdmitNobodyBeforeEnoughCameBack() {
        limiter.setTotal(3);
        limiter.acquireOnBehalfOf("a");
        limiter.acquireOnBehalfOf("b");
        limiter.acquireOnBehalfOf("c");
        limiter.setTotal(1);
        assertThat(limiter.borrowed()).isEqualTo(3);
        assertThat(limiter.available()).isEqualTo(-2);
        Actor<Permit> waiter = waiter("waiter");
        limiter.releaseOnBehalfOf("a");
        limiter.releaseOnBehalfOf("b");
        assertThat(waiter.isParkedOn(limiter.lot())).isTrue();
        assertThat(limiter.waiting()).isEqualTo(1);
        limiter.releaseOnBehalfOf("c");
        waiter.result();
        assertThat(limiter.borrowed()).isEqualTo(1);
    }

    @Test
    void zeroIsAPause() {
        limiter.setTotal(0);
        assertThat(limiter.tryAcquire()).isNull();
        Actor<Permit> waiter = waiter("waiter");
        limiter.setTotal(1);
        waiter.result();
    }

    @Test
    void aWaiterThatGaveUpLeavesNoRecordOfItsBorrower() {
        limiter.setTotal(0);
        Actor<Permit> waiter = inOwnTask("waiter", () -> limiter.acquireOnBehalfOf("a"));
        waiter.awaitParkedOn(limiter.lot()).interrupt();
        assertThat(waiter.failure()).isInstanceOf(LockInterruptedException.class);
        Actor<Permit> timed = inOwnTask("timed", () -> limiter.acquireOnBehalfOf("a", Duration.ofSeconds(1)));
        timed.awaitParkedOn(limiter.lot());
        time.advance(Duration.ofSeconds(1));
        assertThat(timed.failure()).isInstanceOf(WaitTooLongException.class);
        limiter.acquireAsyncOnBehalfOf("a").cancel(false);
        assertThat(limiter.tryAcquireOnBehalfOf("a")).isNull();
        assertThat(limiter.tryAcquireOnBehalfOf("a", Duration.ZERO)).isNull();
        limiter.setTotal(1);
        assertThat(limiter.tryAcquireOnBehalfOf("a")).isNotNull();
    }

    @Test
    void aTokenComesBackWhenItsBorrowerEnds() {
        Task borrower = task("borrower");
        in(borrower, limiter::acquire);
        Actor<Permit> waiter = waiter("waiter");
        borrower.end();
        waiter.result().close();
        assertThat(limiter.borrowed()).isZero();
        assertThat(limiter.borrowers()).isEmpty();
        assertThat(events).contains("reclaimed pool from borrower after 0");
    }

    @Test
    void aTokenTakenForAnotherTaskEndsWithThatOneAndNotWithItsTaker() {
        Task borrower = task("borrower");
        Task taker = task("taker");
        in(taker, () -> limiter.acquireOnBehalfOf(borrower));
        taker.end();
        assertThat(limiter.borrowed()).isEqualTo(1);
        borrower.end();
        assertThat(limiter.borrowed()).isZero();
        assertThat(events).contains("reclaimed pool from borrower after 0");
    }

    @Test
    void aTokenTakenForAnObjectEndsWithTheTaskThatTookIt() {
        Task taker = task("taker");
        in(taker, () -> limiter.acquireOnBehalfOf("a"));
        taker.end();
        assertThat(limiter.borrowed()).isZero();
        assertThat(limiter.tryAcquireOnBehalfOf("a")).isNotNull();
        assertThat(events).contains("reclaimed pool from taker after 0");
    }

    @Test
    void aTokenGivenBackByHandHasNothingToDoWithTheBorrowersEnd() {
        Task borrower = task("borrower");
        limiter.acquireOnBehalfOf(borrower);
        limiter.releaseOnBehalfOf(borrower);
        Permit next = limiter.acquire();
        borrower.end();
        assertThat(limiter.borrowed()).isEqualTo(1);
        next.close();
        assertThat(events).noneMatch(event -> event.startsWith("reclaimed"));
    }

    @Test
    void anEndedBorrowerGetsNothing() {
        Task over = task("over");
        over.end();
        assertThatExceptionOfType(LockRefusedException.class)
                .isThrownBy(() -> limiter.acquireOnBehalfOf(over))
                .withMessageContaining("'over' is ending or over");
        assertThat(limiter.acquireAsyncOnBehalfOf(over)).isCompletedExceptionally();
        Task ending = task("ending");
        Stop inside = new Stop();
        Actor<Void> thread = Actor.run(
                "inside",
                () -> in(ending, () -> {
                    inside.here();
                    return null;
                }));
        inside.awaitReached();
        ending.end();
        assertThatExceptionOfType(LockRefusedException.class).isThrownBy(() -> limiter.tryAcquireOnBehalfOf(ending));
        inside.pass();
        thread.result();
        assertThat(limiter.borrowed()).isZero();
    }

    @Test
    void theBorrowerEndsWhileAnotherTaskWaitsForIt() {
        limiter.setTotal(0);
        Task borrower = task("borrower");
        Actor<Permit> waiter = inOwnTask("waiter", () -> limiter.acquireOnBehalfOf(borrower));
        waiter.awaitParkedOn(limiter.lot());
        borrower.end();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class).hasMessageContaining("'borrower'");
        assertThat(limiter.waiting()).isZero();
    }

    @Test
    void theTakerEndsWhileItWaitsForAnotherTask() {
        limiter.setTotal(0);
        Task borrower = task("borrower");
        Task taker = task("taker");
        Actor<Permit> waiter = Actor.start("waiter", () -> in(taker, () -> limiter.acquireOnBehalfOf(borrower)));
        waiter.awaitParkedOn(limiter.lot());
        taker.end();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class).hasMessageContaining("'taker'");
        limiter.setTotal(1);
        assertThat(limiter.tryAcquireOnBehalfOf(borrower)).as("no record left").isNotNull();
    }

    @Test
    void theBorrowerEndsBetweenTheGrantAndTheWakeUp() {
        limiter.setTotal(0);
        Task borrower = task("borrower");
        Stop aboutToPark = stopAtPark("waiter");
        Actor<Permit> waiter = inOwnTask("waiter", () -> limiter.acquireOnBehalfOf(borrower));
        aboutToPark.awaitReached();
        limiter.setTotal(1);
        assertThat(limiter.borrowed()).isEqualTo(1);
        borrower.end();
        assertThat(limiter.borrowed()).isZero();
        aboutToPark.pass();
        assertThat(waiter.failure()).isInstanceOf(LockRefusedException.class);
        assertThat(limiter.borrowed()).isZero();
    }

    @Test
    void aDeadBorrowerIsFoundOutByWhoIsAboutToWaitAndByTheWatchdog() {
        Actor.runAndDie("dying", limiter::acquire);
        limiter.acquire().close();
        Actor.runAndDie("dying", limiter::acquire);
        limiter.inspectOwners();
        assertThat(limiter.borrowed()).isZero();
    }

    @Test
    void aFutureBehavesLikeAThread() {
        limiter.acquire();
        CompletableFuture<Permit> waiting = limiter.acquireAsyncOnBehalfOf("a");
        assertThatIllegalStateException().isThrownBy(() -> limiter.acquireAsyncOnBehalfOf("a"));
        waiting.cancel(false);
        CompletableFuture<Permit> again = limiter.acquireAsyncOnBehalfOf("a");
        limiter.release();
        submitted.remove().run();
        assertThat(limiter.borrowers()).containsExactly("a");
        again.join().close();
        assertThat(limiter.borrowed()).isZero();
    }

    @Test
    void itIsKnownWhoIsInTheWayOnlyIfAllOfThemAre() {
        limiter.setTotal(2);
        Task one = task("one");
        Task two = task("two");
        in(one, limiter::acquire);
        in(two, limiter::acquire);
        assertThat(limiter.lot().resource().holdings())
                .as("one of them is enough")
                .isEmpty();
        limiter.setTotal(1);
        assertThat(limiter.lot().resource().holdings()).hasSize(2);
        one.end();
        two.end();
        limiter.acquireOnBehalfOf("a");
        assertThat(limiter.lot().resource().holdings())
                .as("anybody may release that")
                .isEmpty();
    }

    /** Never over-admitted, whatever happens to the total, and nobody is forgotten. */
    @Test
    void resizedAllTheTimeItNeverAdmitsMoreThanTheLargestTotal() {
        AtomicInteger inside = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        List<Actor<Void>> workers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            workers.add(inOwnTask("worker " + i, () -> {
                for (int round = 0; round < 300; round++) {
                    Permit token = round % 3 == 0 ? limiter.acquire() : limiter.tryAcquire(Duration.ofSeconds(1));
                    if (inside.incrementAndGet() > 3) {
                        over.set(true);
                    }
                    Thread.yield();
                    inside.decrementAndGet();
                    token.close();
                }
                return null;
            }));
        }
        int total = 0;
        while (!workers.stream().allMatch(Actor::isDone)) {
            limiter.setTotal(total++ % 4);
            Thread.yield();
        }
        limiter.setTotal(3);
        workers.forEach(Actor::result);
        assertThat(over).isFalse();
        assertThat(limiter.borrowed()).isZero();
        assertThat(limiter.waiting()).isZero();
    }

    @Test
    void endsAndReleasesAtOnceFreeEachTokenOnce() {
        for (int round = 0; round < 1_000; round++) {
            Task borrower = task("borrower");
            Permit token;
            try (Attachment inside = borrower.attach()) {
                token = limiter.acquire();
            }
            Actor<Void> closer = Actor.run("closer", token::close);
            borrower.end();
            closer.result();
            assertThat(limiter.borrowed()).isZero();
        }
    }

    @Test
    void everyFormOfAcquiringTakesAToken() {
        CapacityLimiter one = CapacityLimiter.create(new LockId("one", null), 1, environment());
        Duration aSecond = Duration.ofSeconds(1);
        List<Supplier<Permit>> forms = List.of(
                one::acquire,
                one::tryAcquire,
                () -> one.acquire(aSecond),
                () -> one.tryAcquire(aSecond),
                () -> one.acquireAsync().join(),
                () -> one.acquireAsync(aSecond).join(),
                () -> one.acquireOnBehalfOf("borrower"),
                () -> one.tryAcquireOnBehalfOf("borrower"),
                () -> one.acquireOnBehalfOf("borrower", aSecond),
                () -> one.tryAcquireOnBehalfOf("borrower", aSecond),
                () -> one.acquireAsyncOnBehalfOf("borrower").join(),
                () -> one.acquireAsyncOnBehalfOf("borrower", aSecond).join());
        for (int form = 0; form < forms.size(); form++) {
            Permit token = forms.get(form).get();
            assertThat(one.borrowed()).as("form " + form).isOne();
            token.close();
            assertThat(one.isIdle()).isTrue();
        }
    }

    @Test
    void whoBoundsTheWaitItselfIsToldThatItTookTooLong() {
        CapacityLimiter one = CapacityLimiter.create(new LockId("one", null), 1, environment());
        one.acquireOnBehalfOf("borrower");
        assertThatExceptionOfType(WaitTooLongException.class).isThrownBy(() -> one.acquire(Duration.ZERO));
        assertThatExceptionOfType(WaitTooLongException.class)
                .isThrownBy(() -> one.acquireOnBehalfOf("another", Duration.ZERO));
    }

    @Test
    void aFutureOfADeadThreadLeavesTheQueueWhenTheWatchdogComes() {
        CapacityLimiter one = CapacityLimiter.create(new LockId("one", null), 1, environment());
        one.acquireOnBehalfOf("borrower");
        Actor.runAndDie("dying", one::acquireAsync);
        assertThat(one.waiting()).isOne();
        one.inspectOwners();
        assertThat(one.waiting()).isZero();
    }

    @Test
    void whoAsksForABorrowerThatIsToldToEndWaitsNoLonger() {
        Permit token = limiter.acquire();
        Task borrower = task("borrower");
        Actor<Permit> waiter =
                inOwnTask("waiter", () -> limiter.acquireOnBehalfOf(borrower)).awaitParkedOn(limiter.lot());
        try (Attachment inside = borrower.attach()) {
            borrower.end();
            assertThat(waiter.failure())
                    .isInstanceOf(LockRefusedException.class)
                    .hasMessageContaining("'borrower'");
        }
        token.close();
        assertThat(limiter.isIdle()).isTrue();
    }

    /** Nobody has ended, so nobody is to be looked for who has. */
    @Test
    void aTokenIsReleasedOnItsWay() {
        Permit held = limiter.acquireOnBehalfOf("holder");
        CompletableFuture<Permit> future = limiter.acquireAsyncOnBehalfOf("guest");
        held.close();
        limiter.releaseOnBehalfOf("guest");
        submitted.remove().run();
        assertThat(future)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(LockRefusedException.class)
                .withMessageContaining("given back")
                .withMessageNotContaining("ending");
        assertThat(limiter.borrowed()).isZero();
    }
}
