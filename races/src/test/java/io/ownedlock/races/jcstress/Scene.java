package io.ownedlock.races.jcstress;

import io.ownedlock.park.Gate;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockEnvironment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockInterruptedException;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.Shutdown;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The state of one race: what both actors start from, and how they say what came out.
 *
 * <p>The two actors run through an array of states, each at its own pace. Without more, the one whose part is shorter is far ahead,
 * and meets the other never. So in races that are about a moment, both {@linkplain #meet() meet} in each state first, and
 * one of them {@linkplain #meetAndTarry() tarries}, mostly for a little, sometimes for long, so that every distance between the two is
 * tried. An actor may wait for the other as long as the other does not wait for it.
 *
 * <p>Each state has tasks of its own; they are in it only while an actor does something {@linkplain #in in} them. More than two
 * threads do not fit on two processors: a third party waits as a future, which completes on the thread that decides about it.
 */
abstract class Scene {

    static final LockSettings BARGING = LockSettings.DEFAULTS;
    static final LockSettings FAIR = LockSettings.DEFAULTS.withFair(true);

    private static final LockId ID = new LockId("race", null);

    final Sleep sleep = new Sleep();
    private final AtomicInteger arrived = new AtomicInteger();

    static LockSettings onOwnerEnd(OnOwnerEnd policy) {
        return LockSettings.DEFAULTS.withOnOwnerEnd(policy);
    }

    final LockEnvironment environment() {
        return environment(new Shutdown());
    }

    final LockEnvironment environment(LockListener listener) {
        return new LockEnvironment(Ticker.system(), sleep, sleep, Runnable::run, List.of(listener));
    }

    final LockEnvironment environment(Shutdown shutdown) {
        return new LockEnvironment(Ticker.system(), sleep, sleep, Runnable::run, List.of(), shutdown);
    }

    /** With the JVM's own parker. */
    static LockEnvironment production() {
        return production(new Shutdown());
    }

    static LockEnvironment production(Shutdown shutdown) {
        return new LockEnvironment(Ticker.system(), Parker.system(), Gate.OPEN, Runnable::run, List.of(), shutdown);
    }

    static LockId id() {
        return ID;
    }

    final TaskLock lock(LockSettings settings) {
        return TaskLock.create(ID, settings, environment());
    }

    static Task task(String name) {
        return Task.start(name, TaskKind.REQUEST);
    }

    /** Does something in a task, on the calling thread. */
    static <T> T in(Task task, Supplier<T> action) {
        try (Attachment ignored = task.attach()) {
            return action.get();
        }
    }

    /** Waits for the other actor to come here. */
    final void meet() {
        arrived.incrementAndGet();
        for (int i = 0; arrived.get() < 2; i++) {
            pause(i);
        }
    }

    /** The same, and lets the other one go ahead, by a little more or less every time. */
    final void meetAndTarry() {
        meet();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = random.nextInt(1 << random.nextInt(9)); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    /** One turn of a loop that waits for the other actor, which may not have a processor at the moment. */
    static void pause(int turn) {
        if (turn < 1000) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    /** What came of an attempt to get the lock; it is given back. */
    static String fate(Supplier<? extends Hold> attempt) {
        try (Hold hold = attempt.get()) {
            return hold == null ? "MISSED" : granted(hold);
        } catch (RuntimeException e) {
            return fateOf(e);
        }
    }

    /** What has come of a future hold; if it is a hold, it is given back. */
    static String fate(CompletableFuture<Hold> future) {
        if (!future.isDone()) {
            return "PENDING";
        }
        if (future.isCancelled()) {
            return "CANCELLED";
        }
        return fate(future::join);
    }

    /** What a future was told, whatever it brings; that is not given back. */
    static String news(CompletableFuture<?> future) {
        return !future.isDone() ? "PENDING" : future.isCompletedExceptionally() ? "REFUSED" : "DELIVERED";
    }

    static String granted(Hold hold) {
        return hold.predecessorAbandoned() ? "INHERITED" : "GRANTED";
    }

    private static String fateOf(RuntimeException e) {
        Throwable told = e instanceof CompletionException ? e.getCause() : e;
        if (told instanceof BrokenLockException) {
            return "BROKEN";
        }
        if (told instanceof WaitTooLongException) {
            return "TIMED_OUT";
        }
        if (told instanceof LockInterruptedException) {
            return "INTERRUPTED";
        }
        if (told instanceof LockRefusedException) {
            return "REFUSED";
        }
        throw e;
    }

    /** {@code IDLE}, or what the lock is doing although everybody has left. */
    static String rest(TaskLock lock) {
        if (lock.isIdle()) {
            return "IDLE";
        }
        LockState state = lock.snapshot().state();
        return lock.waiting() > 0 ? state + " AND WAITED FOR" : state == LockState.FREE ? "ABANDONED" : state.name();
    }
}
