package io.ownedlock.spring;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for a state, without sleeping and not for ever; shows every thread's stack if it does not come. */
public final class Eventually {

    private Eventually() {}

    @SuppressWarnings("ThreadPriorityCheck") // yielding is only polite: nothing relies on it
    public static void until(String what, BooleanSupplier reached) {
        long start = System.nanoTime();
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(20)) {
                throw failure(what);
            }
            Thread.yield();
        }
    }

    static AssertionError failure(String what) {
        StringBuilder message = new StringBuilder("Not within 20 s: ").append(what);
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            message.append("\n\n").append(entry.getKey());
            for (StackTraceElement frame : entry.getValue()) {
                message.append("\n    at ").append(frame);
            }
        }
        return new AssertionError(message);
    }
}
