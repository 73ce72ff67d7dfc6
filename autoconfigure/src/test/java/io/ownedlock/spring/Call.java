package io.ownedlock.spring;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.ownedlock.park.ParkingLot;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A call on a plain thread of its own: a test can wait until it is parked on a lock, and see what came of it. */
public final class Call<T> {

    private final FutureTask<T> task;
    private final Thread thread;

    private Call(FutureTask<T> task) {
        this.task = task;
        this.thread = new Thread(task, "call");
        this.thread.setDaemon(true);
    }

    public static <T> Call<T> start(Callable<T> action) {
        Call<T> call = new Call<>(new FutureTask<>(action));
        call.thread.start();
        return call;
    }

    public Call<T> awaitParked() {
        Eventually.until("the call is parked", () -> LockSupport.getBlocker(thread) instanceof ParkingLot);
        return this;
    }

    public void interrupt() {
        thread.interrupt();
    }

    public void awaitDead() throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(20));
        if (thread.isAlive()) {
            throw Eventually.failure("the thread is dead");
        }
    }

    public T get() throws Exception {
        try {
            return task.get(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw Eventually.failure("the call has come back");
        }
    }

    /** What the call threw. */
    public Throwable thrown() {
        Throwable thrown = catchThrowable(this::get);
        return thrown instanceof ExecutionException execution ? execution.getCause() : thrown;
    }
}
