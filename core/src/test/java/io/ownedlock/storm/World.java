package io.ownedlock.storm;

import io.ownedlock.deadlock.WaitForGraph;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOverdue;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.WaitOutcome;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.watchdog.Guard;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** What a storm blows through: some primitives of every kind, and threads that follow a program. */
final class World {

    /** What the engine has to say, in the history; and one more place at which another thread may get its turn. */
    private final class Chronicle implements LockListener {

        @Override
        public void acquired(LockId lock, long waitNanos) {
            note("has got " + lock);
        }

        @Override
        public void notAcquired(LockId lock, WaitOutcome outcome, long waitNanos) {
            note("has not got " + lock + ": " + outcome);
        }

        @Override
        public void released(LockId lock, long heldNanos) {
            note("has released " + lock);
        }

        @Override
        public void abandoned(Abandonment abandonment, int waitersTold) {
            note("has found " + abandonment.lock() + " abandoned by "
                    + abandonment.owner().name() + ", told " + waitersTold);
        }

        @Override
        public void sealed(Abandonment abandonment, int waitersTold) {
            note("has sealed " + abandonment.lock());
        }

        private void note(String event) {
            history.add(Thread.currentThread().getName() + " " + event);
            simulation.pass();
        }
    }

    /** How a thread leaves everything as it is. */
    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final Simulation simulation;
    private final LockRegistry registry;
    private final List<Place> places = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Deque<Frame>> frames = new ArrayList<>();
    private final List<String> history = new ArrayList<>();

    World(long seed, int keys) {
        simulation = new Simulation(seed);
        registry = LockRegistry.builder()
                .ticker(simulation)
                .parker(simulation)
                .executor(simulation)
                .listener(new Chronicle())
                .settings("poison", LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.POISON))
                .settings("hand-over", LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.HAND_OVER))
                .settings("fair", LockSettings.DEFAULTS.withFair(true))
                .settings("fair-hand-over", strict())
                .build();
        for (int key = 0; key < keys; key++) {
            places.add(place(key));
        }
    }

    private static LockSettings strict() {
        return LockSettings.DEFAULTS
                .withFair(true)
                .withOnOwnerEnd(OnOwnerEnd.HAND_OVER)
                .withMaxWaiters(2)
                .withHoldAtMost(Duration.ofNanos(200))
                .withOnOverdue(OnOverdue.BREAK_WAITERS)
                .withEndingGrace(Duration.ofNanos(50));
    }

    private Place place(int key) {
        return switch (key % 8) {
            case 0 -> new Place.Exclusive(registry.obtain("break", key), false, simulation);
            case 1 -> new Place.Exclusive(registry.obtain("fair", key), true, simulation);
            case 2 -> new Place.Exclusive(registry.obtain("poison", key), false, simulation);
            case 3 -> new Place.Exclusive(registry.obtain("hand-over", key), false, simulation);
            case 4 -> new Place.ReadWrite(registry.obtainReadWrite("read-write", key), simulation);
            case 5 -> new Place.Permits(registry.obtainSemaphore("semaphore", key, 2), simulation);
            case 6 -> new Place.Tokens(registry.obtainLimiter("limiter", key, 2), simulation);
            default -> new Place.Exclusive(registry.obtain("fair-hand-over", key), true, simulation);
        };
    }

    /** Runs the program to its end; throws what should not have happened. */
    void run(List<Step> program, int strands) throws Exception {
        for (int i = 0; i < strands; i++) {
            int strand = i;
            List<Step> mine =
                    program.stream().filter(step -> step.strand() == strand).toList();
            frames.add(new ArrayDeque<>());
            threads.add(simulation.start("strand " + i, () -> live(strand, mine)));
        }
        simulation.onPark(thread -> places.forEach(place -> place.parks(thread)));
        simulation.onStall(this::stir);
        simulation.run();
        inspect();
        inspect();
        for (Place place : places) {
            String leftovers = place.leftovers();
            if (leftovers != null) {
                throw new AssertionError("Left behind: " + leftovers);
            }
        }
        List<WaitForGraph.Edge> edges = WaitForGraph.snapshot().edges();
        if (edges.stream().anyMatch(edge -> edge.waiting().name().contains("strand "))) {
            throw new AssertionError("Left behind: " + edges);
        }
    }

    /** What was done, in order. */
    List<String> history() {
        return history;
    }

    /** Those primitives that are not as they were at first. */
    List<String> leftovers() {
        return places.stream().map(Place::leftovers).filter(Objects::nonNull).toList();
    }

    private void live(int strand, List<Step> program) {
        Frame frame = new Frame(Task.current(), null);
        try {
            within(strand, frame, program.iterator());
            frame.giveAllBack();
        } catch (Death e) {
            // And leaves all as it is.
        } catch (Exception e) {
            throw new AssertionError(e);
        } finally {
            // The thread's end is that of its task.
            frame.abandon();
        }
    }

    private void within(int strand, Frame frame, Iterator<Step> program) throws Exception {
        frames.get(strand).push(frame);
        try {
            while (program.hasNext() && follow(strand, frame, program.next(), program)) {
                simulation.pass();
            }
        } finally {
            frames.get(strand).pop();
        }
    }

    /** Does one step; {@code false} if that was the last one in this task. */
    private boolean follow(int strand, Frame frame, Step step, Iterator<Step> rest) throws Exception {
        history.add(step.toString());
        simulation.drawAnew(step.number());
        try {
            return switch (step.deed()) {
                case BEGIN -> begin(strand, step, rest);
                case NEST -> nest(strand, frame, rest);
                case END, UNNEST -> frames.get(strand).size() == 1;
                case DIE -> throw new Death();
                default -> {
                    act(frame, step);
                    yield true;
                }
            };
        } catch (LockNotAcquiredException | InterruptedException e) {
            history.add("strand " + strand + " was told: " + e.getClass().getSimpleName());
            return true;
        }
    }

    private void act(Frame frame, Step step) throws Exception {
        Place place = places.get(step.key());
        switch (step.deed()) {
            case TAKE, TAKE_STUBBORNLY, TAKE_IN_TIME, TRY, TAKE_LATER -> place.take(frame, step);
            case GIVE_BACK -> giveBack(frame, step);
            case CANCEL -> {
                CompletableFuture<?> future = frame.futures.poll();
                if (future != null) {
                    future.cancel(false);
                }
            }
            case AWAIT -> place.await(frame, step.amount());
            case SIGNAL -> place.signal(frame, step.amount() % 2 == 0);
            case END_OTHER -> {
                Frame other = frames.get(step.amount() % frames.size()).peek();
                if (other != null && other.task.kind() != TaskKind.THREAD) {
                    other.task.end();
                }
            }
            case INTERRUPT -> simulation.interrupt(threads.get(step.amount() % threads.size()));
            case REPAIR -> place.repair();
            case BREAK_WAITERS -> place.breakWaiters();
            case RESIZE -> place.resize(step.amount());
            case INSPECT -> inspect();
            case LET_TIME_PASS -> simulation.letPass(step.amount());
            default -> throw new AssertionError(step);
        }
    }

    private void giveBack(Frame frame, Step step) throws Exception {
        if (frame.grips.isEmpty()) {
            return;
        }
        Frame.Grip grip = step.amount() % 4 == 0 ? frame.grips.getLast() : frame.grips.getFirst();
        if (grip.movable() && step.amount() % 3 == 0) {
            // Anybody may close a hold, on any thread.
            frame.grips.remove(grip);
            grip.place().occupants().leave(frame, grip.exclusive());
            simulation.execute(() -> Frame.close(grip.hold()));
        } else {
            frame.giveBack(grip);
        }
    }

    private boolean begin(int strand, Step step, Iterator<Step> rest) throws Exception {
        TaskKind[] kinds = {TaskKind.REQUEST, TaskKind.SCHEDULED, TaskKind.ASYNC, TaskKind.MESSAGE};
        Task task = Task.start("strand " + strand, kinds[step.amount() % kinds.length]);
        Frame frame = new Frame(task, null);
        Attachment attachment = task.attach();
        try {
            within(strand, frame, rest);
        } finally {
            frame.abandon();
        }
        // A thread that dies does not come here.
        if (step.amount() % 2 == 0) {
            task.end(new IllegalStateException("in the middle of it"));
        }
        attachment.close();
        task.end();
        return true;
    }

    private boolean nest(int strand, Frame host, Iterator<Step> rest) throws Exception {
        Task.runInTask("nested in strand " + strand, () -> {
            Frame frame = new Frame(Task.current(), host);
            try {
                within(strand, frame, rest);
            } finally {
                frame.abandon();
            }
            return null;
        });
        return true;
    }

    /**
     * When all wait, the watchdog may find somebody gone. If it does not, somebody may wait behind a future for which nobody has declared
     * to wait, and that is not seen as a deadlock; so those who sent futures change their mind.
     */
    private void stir(int round) {
        for (Place place : places) {
            if (place.isForgotten()) {
                throw new AssertionError("Forgotten: " + place.leftovers());
            }
        }
        if (round == 1) {
            inspect();
        } else {
            // Who is woken by one of these may go on, and leave a frame or send another, before the next is cancelled.
            List<CompletableFuture<?>> sent = new ArrayList<>();
            frames.forEach(stack -> stack.forEach(frame -> sent.addAll(frame.futures)));
            sent.forEach(future -> future.cancel(false));
        }
    }

    private void inspect() {
        registry.guards().forEach(Guard::inspect);
    }
}
