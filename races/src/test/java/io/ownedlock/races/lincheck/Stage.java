package io.ownedlock.races.lincheck;

import io.ownedlock.park.Gate;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.LockEnvironment;
import io.ownedlock.sync.LockId;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * One primitive and what may be done to it. Each operation is done in a task of its own, and leaves the primitive as it may be left: given
 * back, or to the end of its owner. So nobody waits for ever, whatever runs beside it, and a thread that does is a failure.
 *
 * <p>What an operation tells must be what it would tell if the operations had been done one after the other, in an order that nobody can
 * refute; what that is says the class {@code Sequential} within, with the same operations. The numbers that are told are counted with
 * a plain field, which is right only as long as the primitive keeps the others out.
 */
abstract class Stage {

    static final LockId ID = new LockId("race", null);
    static final String BROKEN = "BROKEN";

    /** No time at all; the model checker's clock stands still, so that it takes a sleep to pass it. */
    static final Duration MOMENT = Duration.ofNanos(1);

    private static volatile boolean visible;

    /** Whether sleeps are to be such that a model checker sees through them, in what is made from now on. */
    static void makeSleepVisible(boolean isVisible) {
        visible = isVisible;
    }

    static Parker parker(StandingClock clock) {
        return visible ? new VisibleParker(clock) : Parker.system();
    }

    static Ticker ticker(StandingClock clock) {
        return visible ? clock : Ticker.system();
    }

    static LockEnvironment environment() {
        StandingClock clock = new StandingClock();
        return new LockEnvironment(ticker(clock), parker(clock), Gate.OPEN, Runnable::run, List.of());
    }

    static Task task() {
        return Task.start("visitor", TaskKind.REQUEST);
    }

    /** Does something in a task that ends with it. */
    static <T> T inTask(Supplier<T> action) {
        Task task = task();
        try {
            return in(task, action);
        } finally {
            task.end();
        }
    }

    static <T> T in(Task task, Supplier<T> action) {
        try (Attachment ignored = task.attach()) {
            return action.get();
        }
    }

    /** The same, for what may find it broken. */
    static String unlessBroken(Supplier<String> action) {
        return inTask(() -> {
            try {
                return action.get();
            } catch (BrokenLockException e) {
                return BROKEN;
            }
        });
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
