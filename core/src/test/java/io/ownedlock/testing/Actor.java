package io.ownedlock.testing;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/** A thread that does one thing, and can be watched: forced order instead of sleeping. */
public final class Actor<T> {

    /**
     * How long anything may take here: long enough for a busy machine, short enough to see where it hangs. Who runs code that is
     * known to hang asks for less.
     */
    private static final long PATIENCE_SECONDS = Long.getLong("ownedlock.patience", 20);

    private final FutureTask<T> script;
    private final Thread thread;

    private Actor(String name, Function<Runnable, Thread> threads, Callable<T> script) {
        this.script = new FutureTask<>(script);
        this.thread = threads.apply(this.script);
        this.thread.setName(name);
    }

    private static Thread platformThread(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    /** Starts a thread that runs the script. */
    public static <T> Actor<T> start(String name, Callable<T> script) {
        return start(name, Actor::platformThread, script);
    }

    /** Starts a thread of some kind that runs the script. */
    public static <T> Actor<T> start(String name, Function<Runnable, Thread> threads, Callable<T> script) {
        Actor<T> actor = new Actor<>(name, threads, script);
        actor.thread.start();
        return actor;
    }

    /** Starts a thread that runs the script. */
    public static Actor<Void> run(String name, Script script) {
        return start(name, () -> {
            script.run();
            return null;
        });
    }

    /** Starts a thread that runs the script, and waits until it is dead. */
    public static void runAndDie(String name, Script script) {
        Actor<Void> actor = run(name, script);
        actor.result();
        awaitUntil(() -> !actor.thread.isAlive(), () -> name + " to die");
    }

    public Thread thread() {
        return thread;
    }

    public void interrupt() {
        thread.interrupt();
    }

    public boolean isDone() {
        return script.isDone();
    }

    /** Waits until the thread is parked on this very object. */
    public Actor<T> awaitParkedOn(Object blocker) {
        awaitUntil(
                () -> {
                    if (script.isDone()) {
                        throw new AssertionError(thread.getName() + " was to park, but " + outcome());
                    }
                    return isParkedOn(blocker);
                },
                () -> thread.getName() + " to park on " + blocker);
        return this;
    }

    /** Waits until the thread is parked on something that a test cannot name. */
    public Actor<T> awaitParked() {
        awaitUntil(
                () -> {
                    Object blocker = LockSupport.getBlocker(thread);
                    return blocker != null && isParkedOn(blocker);
                },
                () -> thread.getName() + " to park");
        return this;
    }

    public boolean isParkedOn(Object blocker) {
        Thread.State state = thread.getState();
        return LockSupport.getBlocker(thread) == blocker
                && (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING);
    }

    /** What the script returned. */
    public T result() {
        try {
            return script.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(thread.getName() + " failed", e.getCause());
        } catch (TimeoutException e) {
            throw hanging(thread.getName() + " to finish");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What the script threw. */
    public Throwable failure() {
        try {
            throw new AssertionError(
                    thread.getName() + " was to fail, but returned " + script.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw hanging(thread.getName() + " to fail");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for all, and longer than for one; stops at the first failure. */
    public static void awaitAll(List<Actor<Void>> actors) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        for (Actor<Void> actor : actors) {
            while (!actor.isDone()) {
                for (Actor<Void> other : actors) {
                    if (other.isDone()) {
                        other.result();
                    }
                }
                if (System.nanoTime() - deadline > 0) {
                    throw hanging(actor.thread.getName() + " to finish");
                }
                LockSupport.parkNanos(1_000_000);
            }
            actor.result();
        }
    }

    private String outcome() {
        try {
            return "returned " + script.get();
        } catch (ExecutionException e) {
            return "threw " + e.getCause();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until something is true that another thread will make true. */
    public static void awaitUntil(BooleanSupplier condition, Supplier<String> what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw hanging(what.get());
            }
            LockSupport.parkNanos(20_000);
        }
    }

    private static AssertionError hanging(String what) {
        StringBuilder stacks = new StringBuilder("Waited in vain for ").append(what);
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            stacks.append("\n\n").append(thread).append(' ').append(thread.getState());
            stacks.append(" on ").append(LockSupport.getBlocker(thread));
            for (StackTraceElement frame : frames) {
                stacks.append("\n    at ").append(frame);
            }
        });
        return new AssertionError(stacks.toString());
    }

    /** What an actor does. */
    @FunctionalInterface
    public interface Script {
        void run() throws Exception;
    }
}
