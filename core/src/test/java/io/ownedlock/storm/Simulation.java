package io.ownedlock.storm;

import io.ownedlock.time.Parker;
import io.ownedlock.time.Ticker;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Real threads that take turns, so that a run with the same seed goes the same way: one of them has the baton, and gives it to
 * another, drawn by lot, where the engine reads the clock, is about to park, parks, unparks, or tells a listener. That is where threads
 * would be torn apart by a scheduler in the worst case. Time passes when it is read, and when nobody can go on.
 *
 * <p>Found out by this: that all wait and nobody will ever wake them. A thread may wake up for no reason, as it may in reality.
 */
final class Simulation implements Ticker, Parker, Executor {

    private static final Instant ORIGIN = Instant.parse("2030-01-01T00:00:00Z");
    private static final long START = Long.MAX_VALUE - 1_000_000;
    private static final long STUCK_SECONDS = 20;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** How a thread ends that is of no use any more, since the run has failed. */
    private static final class Over extends Error {
        private static final long serialVersionUID = 1;

        Over() {
            super("The run is over", null, false, false);
        }
    }

    /** One thread of the simulation. */
    private final class Strand {

        private final Thread thread;
        private final Semaphore baton = new Semaphore(0);
        private boolean parked;
        private boolean permit;

        /** Kept for when it has the baton: who waits for that hides its interrupt from others. */
        private boolean interrupted;

        private boolean done;
        private long deadline;

        /** Its own, so that what others do, or do not do any more, changes none of its draws. */
        private SplittableRandom random;

        Strand(String name, Runnable script) {
            random = new SplittableRandom(seed + strands.size());
            thread = new Thread(() -> run(script), name);
            thread.setDaemon(true);
        }

        private void run(Runnable script) {
            CURRENT.set(this);
            awaitBaton();
            try {
                script.run();
            } catch (Over e) {
                // Told to.
            } catch (Throwable e) {
                fail(e);
            } finally {
                done = true;
                dead = thread;
                hand(next());
            }
        }

        private void awaitBaton() {
            baton.acquireUninterruptibly();
            awaitTheDead();
            if (interrupted) {
                interrupted = false;
                Thread.currentThread().interrupt();
            }
        }

        boolean isReady() {
            return !done && (!parked || permit || interrupted);
        }

        boolean isDue() {
            return !done && parked && deadline != Long.MAX_VALUE;
        }
    }

    private static final ThreadLocal<Simulation.Strand> CURRENT = new ThreadLocal<>();

    private final long seed;
    private final List<Strand> strands = new ArrayList<>();
    private final Map<Thread, Strand> byThread = new HashMap<>();
    private final Semaphore end = new Semaphore(0);
    private final Deque<Runnable> errands = new ArrayDeque<>();
    private final Strand messenger;

    // Written by who has the baton.
    private long nanos = START;
    private Thread dead;
    private Throwable failure;
    private int roundsInVain;
    private Consumer<Thread> onPark = thread -> {};
    private IntConsumer onStall = round -> {};

    Simulation(long seed) {
        this.seed = seed;
        messenger = add("messenger", this::runErrands);
    }

    /** Is told of each thread that is about to park. */
    void onPark(Consumer<Thread> listener) {
        onPark = listener;
    }

    /** What is left to do when all wait; is told for the how manyth time in vain. */
    void onStall(IntConsumer round) {
        onStall = round;
    }

    void interrupt(Thread thread) {
        Strand strand = byThread.get(thread);
        if (strand == CURRENT.get()) {
            thread.interrupt();
        } else {
            strand.interrupted = true;
        }
    }

    void letPass(long time) {
        nanos += time;
    }

    /** Adds a thread that does not run before all are there. */
    Thread start(String name, Runnable script) {
        return add(name, script).thread;
    }

    private Strand add(String name, Runnable script) {
        Strand strand = new Strand(name, script);
        strands.add(strand);
        byThread.put(strand.thread, strand);
        return strand;
    }

    /** Lets all threads run until the last one has ended; throws what went wrong first. */
    void run() throws Exception {
        strands.forEach(strand -> strand.thread.start());
        hand(next());
        if (!end.tryAcquire(STUCK_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("A thread does not give the baton back:\n" + stacks());
        }
        awaitTheDead();
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw new AssertionError(failure);
        }
    }

    /** Where the run failed; the others end as soon as they are to wait. */
    void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
    }

    /**
     * The calling thread begins a step, and with it draws that hang on the seed and on which step that is: so a program from which a
     * step was left out goes the same way as far as it can.
     */
    void drawAnew(int step) {
        own().random = new SplittableRandom(seed ^ (step + 1) * 0x9E3779B97F4A7C15L);
    }

    private Strand own() {
        Strand self = CURRENT.get();
        return self != null && byThread.get(self.thread) == self ? self : messenger;
    }

    private int draw(int bound) {
        return own().random.nextInt(bound);
    }

    /** A place at which a scheduler might let another thread go on. */
    void pass() {
        Strand self = CURRENT.get();
        if (self != null && byThread.get(self.thread) == self) {
            pass(self);
        }
    }

    private void pass(Strand self) {
        Strand next = next();
        if (next != self) {
            hand(next);
            self.awaitBaton();
        }
        if (failure != null) {
            throw new Over();
        }
    }

    private void hand(Strand next) {
        if (next == null) {
            end.release();
        } else {
            next.baton.release();
        }
    }

    /** Liveness is asked of threads, and one that has given its baton away may still be alive for a moment. */
    private void awaitTheDead() {
        Thread ended = dead;
        if (ended == null || ended == Thread.currentThread()) {
            return;
        }
        boolean interrupted = false;
        while (ended.isAlive()) {
            try {
                ended.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Who goes on; {@code null} if all are done. */
    private Strand next() {
        List<Strand> ready = strands.stream().filter(Strand::isReady).toList();
        if (failure != null) {
            return strands.stream().filter(strand -> !strand.done).findFirst().orElse(null);
        }
        if (!ready.isEmpty()) {
            Strand lucky = ready.get(draw(ready.size()));
            roundsInVain = lucky == messenger ? roundsInVain : 0;
            return lucky;
        }
        Strand first = null;
        for (Strand strand : strands) {
            if (strand.isDue() && (first == null || strand.deadline - first.deadline < 0)) {
                first = strand;
            }
        }
        if (first != null) {
            nanos = first.deadline - nanos > 0 ? first.deadline : nanos;
            roundsInVain = 0;
            return first;
        }
        if (messenger.done) {
            return null;
        }
        if (roundsInVain++ > 2) {
            fail(new AssertionError("All wait, and nobody will ever wake them:\n" + stacks()));
        }
        return messenger;
    }

    private String stacks() {
        StringBuilder text = new StringBuilder();
        for (Strand strand : strands) {
            if (!strand.done) {
                text.append(strand.thread.getName()).append(' ').append(strand.thread.getState());
                for (StackTraceElement frame : strand.thread.getStackTrace()) {
                    if (frame.getClassName().startsWith("io.ownedlock.")) {
                        text.append("\n    at ").append(frame);
                    }
                }
                text.append('\n');
            }
        }
        return text.toString();
    }

    @Override
    public long nanos() {
        if (draw(3) == 0 && holdsNoMonitor()) {
            pass();
        }
        return nanos++;
    }

    @Override
    public Instant now() {
        return ORIGIN.plusNanos(nanos - START);
    }

    /** Who waits for a monitor does not give the baton back. */
    private static boolean holdsNoMonitor() {
        long[] self = {Thread.currentThread().getId()};
        return THREADS.getThreadInfo(self, true, false)[0].getLockedMonitors().length == 0;
    }

    @Override
    public void park(Object blocker) {
        park(Long.MAX_VALUE);
    }

    @Override
    public void parkNanos(Object blocker, long time) {
        if (time > 0) {
            park(nanos + time);
        }
    }

    private void park(long deadline) {
        Strand self = CURRENT.get();
        pass(self);
        boolean forNoReason = draw(32) == 0;
        if (!forNoReason && !self.permit && !self.thread.isInterrupted()) {
            onPark.accept(self.thread);
            self.deadline = deadline;
            self.parked = true;
            pass(self);
            self.parked = false;
        }
        self.permit = false;
    }

    @Override
    public void unpark(Thread thread) {
        Strand strand = byThread.get(thread);
        if (strand != null) {
            strand.permit = true;
        }
        if (draw(2) == 0 && holdsNoMonitor()) {
            pass();
        }
    }

    /** Completes futures on a thread of its own. */
    @Override
    public void execute(Runnable errand) {
        errands.add(errand);
        messenger.permit = true;
    }

    private void runErrands() {
        while (!errands.isEmpty() || strands.stream().anyMatch(strand -> !strand.done && strand != messenger)) {
            Runnable errand = errands.poll();
            if (errand != null) {
                roundsInVain = 0;
                errand.run();
            } else if (roundsInVain > 0) {
                onStall.accept(roundsInVain);
                park(Long.MAX_VALUE);
            } else {
                park(Long.MAX_VALUE);
            }
        }
    }
}
