package io.ownedlock.storm;

import io.ownedlock.sync.CapacityLimiter;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.ReadWriteSide;
import io.ownedlock.sync.TaskCondition;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.TaskInfo;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** One primitive of a storm, whatever its kind. */
abstract class Place {

    private final Occupants occupants;
    private final Executor errands;

    Place(String name, int room, Executor errands) {
        this.occupants = new Occupants(name, room);
        this.errands = errands;
    }

    Occupants occupants() {
        return occupants;
    }

    /** Takes it, and puts it into the frame; does nothing if it is not to be had. */
    abstract void take(Frame frame, Step step) throws InterruptedException;

    /** Whether somebody waits for it although it is nobody's. */
    abstract boolean isForgotten();

    /** What is wrong with it when nobody uses it any more; {@code null} if nothing is. */
    abstract String leftovers();

    /** A thread is about to park, perhaps here. */
    void parks(Thread thread) {}

    void repair() {}

    void breakWaiters() {}

    void resize(int amount) {}

    void await(Frame frame, int amount) throws InterruptedException {}

    void signal(Frame frame, boolean all) {}

    private static Duration time(Step step) {
        return Duration.ofNanos(step.amount());
    }

    /** What a future brings is given back after a while, whatever the task does meanwhile. */
    void later(Frame frame, boolean exclusive, CompletableFuture<? extends AutoCloseable> future) {
        frame.futures.add(future);
        CompletableFuture<Void> unused = future.thenAccept(hold -> {
            // The task may have ended between the news and this.
            if (!frame.isOver()) {
                arrive(frame, exclusive, hold);
            }
        });
    }

    private void arrive(Frame frame, boolean exclusive, AutoCloseable hold) {
        try {
            frame.enter(this, exclusive);
        } catch (AssertionError e) {
            // Thrown from here, it would be the failure of a future at which nobody looks.
            errands.execute(() -> {
                throw e;
            });
        }
        errands.execute(() -> {
            occupants.leave(frame, exclusive);
            Frame.close(hold);
        });
    }

    void got(Frame frame, boolean exclusive, AutoCloseable hold) {
        if (hold != null) {
            frame.take(new Frame.Grip(this, exclusive, hold, true));
        }
    }

    static final class Exclusive extends Place {

        private final TaskLock lock;
        private final boolean fair;
        private final TaskCondition condition;
        private final Line line = new Line();

        Exclusive(TaskLock lock, boolean fair, Executor errands) {
            super(lock.toString(), Integer.MAX_VALUE, errands);
            this.lock = lock;
            this.fair = fair;
            this.condition = lock.newCondition();
        }

        @Override
        void take(Frame frame, Step step) throws InterruptedException {
            TaskInfo owner = lock.snapshot().owner();
            boolean asStranger = !frame.hasFutures() && (owner == null || !frame.isWithin(owner.id()));
            Line.Place inLine = line.arrive(frame.task);
            try {
                takeAs(frame, step);
            } finally {
                line.leave(inLine);
            }
            if (fair && asStranger && step.deed() != Step.Deed.TAKE_LATER && lock.isHeldByCurrentTask()) {
                line.requireNobodyBefore(inLine, lock.snapshot());
            }
        }

        private void takeAs(Frame frame, Step step) throws InterruptedException {
            boolean asLock = step.amount() % 2 == 0;
            switch (step.deed()) {
                case TAKE -> {
                    if (asLock) {
                        lock.lockInterruptibly();
                        locked(frame);
                    } else {
                        got(frame, true, lock.acquire());
                    }
                }
                case TAKE_STUBBORNLY -> {
                    lock.lock();
                    locked(frame);
                }
                case TAKE_IN_TIME -> {
                    if (!asLock) {
                        got(frame, true, lock.tryAcquire(time(step)));
                    } else if (lock.tryLock(step.amount(), TimeUnit.NANOSECONDS)) {
                        locked(frame);
                    }
                }
                case TRY -> {
                    if (!asLock) {
                        got(frame, true, lock.tryAcquire());
                    } else if (lock.tryLock()) {
                        locked(frame);
                    }
                }
                case TAKE_LATER -> later(frame, true, lock.acquireAsync());
                default -> throw new AssertionError(step);
            }
        }

        @Override
        void parks(Thread thread) {
            line.parks(thread);
        }

        private void locked(Frame frame) {
            frame.take(new Frame.Grip(this, true, lock::unlock, false));
        }

        @Override
        void await(Frame frame, int amount) throws InterruptedException {
            if (!lock.isHeldByCurrentTask()) {
                return;
            }
            long stays =
                    frame.grips.stream().filter(grip -> grip.place() == this).count();
            if (stays == 0 || stays != occupants().count(frame)) {
                // What a task around this one holds cannot be given up here, and what a future has brought is not ours.
                return;
            }
            occupants().leaveAltogether(frame);
            boolean held = false;
            try {
                condition.awaitNanos(amount);
                held = true;
            } catch (InterruptedException e) {
                held = true;
                throw e;
            } catch (IllegalMonitorStateException e) {
                // Taken again after it was borrowed.
                held = true;
            } finally {
                for (long i = 0; held && i < stays; i++) {
                    occupants().enter(frame, true);
                }
            }
        }

        @Override
        void signal(Frame frame, boolean all) {
            if (!lock.isHeldByCurrentTask()) {
                return;
            }
            if (all) {
                condition.signalAll();
            } else {
                condition.signal();
            }
        }

        @Override
        void repair() {
            lock.repair();
        }

        @Override
        void breakWaiters() {
            lock.breakWaiters();
        }

        @Override
        boolean isForgotten() {
            return lock.waiting() > 0 && lock.snapshot().state() == LockState.FREE;
        }

        @Override
        String leftovers() {
            LockState state = lock.snapshot().state();
            boolean clean = state == LockState.FREE || state == LockState.POISONED;
            return clean && lock.waiting() == 0 && condition.waiting() == 0
                    ? null
                    : lock.snapshot() + ", at its condition " + condition.waiting();
        }
    }

    static final class ReadWrite extends Place {

        private final TaskReadWriteLock lock;

        ReadWrite(TaskReadWriteLock lock, Executor errands) {
            super(lock.toString(), Integer.MAX_VALUE, errands);
            this.lock = lock;
        }

        @Override
        void take(Frame frame, Step step) throws InterruptedException {
            boolean write = step.amount() % 3 == 0;
            ReadWriteSide side = write ? lock.writeLock() : lock.readLock();
            try {
                switch (step.deed()) {
                    case TAKE -> got(frame, write, side.acquire());
                    case TAKE_STUBBORNLY -> {
                        side.lock();
                        frame.take(new Frame.Grip(this, write, side::unlock, false));
                    }
                    case TAKE_IN_TIME -> got(frame, write, side.tryAcquire(time(step)));
                    case TRY -> got(frame, write, side.tryAcquire());
                    case TAKE_LATER -> later(frame, write, side.acquireAsync());
                    default -> throw new AssertionError(step);
                }
            } catch (IllegalMonitorStateException e) {
                if (!write) {
                    throw e;
                }
            }
        }

        @Override
        void repair() {
            lock.repair();
        }

        @Override
        void breakWaiters() {
            lock.breakWaiters();
        }

        @Override
        boolean isForgotten() {
            return lock.waiting() > 0 && lock.snapshot().state() == LockState.FREE;
        }

        @Override
        String leftovers() {
            LockState state = lock.snapshot().state();
            boolean clean = state == LockState.FREE || state == LockState.POISONED;
            return clean && lock.waiting() == 0 ? null : lock.snapshot().toString();
        }
    }

    /** Of several permits nobody knows whose will come back, so waiting for one is no edge, and bounded here always. */
    static final class Permits extends Place {

        private final TaskSemaphore semaphore;
        private final long permits;

        Permits(TaskSemaphore semaphore, Executor errands) {
            super(semaphore.toString(), (int) semaphore.available(), errands);
            this.semaphore = semaphore;
            this.permits = semaphore.available();
        }

        @Override
        void take(Frame frame, Step step) {
            switch (step.deed()) {
                case TAKE, TAKE_STUBBORNLY -> got(frame, false, semaphore.acquire(time(step)));
                case TAKE_IN_TIME -> got(frame, false, semaphore.tryAcquire(time(step)));
                case TRY -> got(frame, false, semaphore.tryAcquire());
                case TAKE_LATER -> later(frame, false, semaphore.acquireAsync());
                default -> throw new AssertionError(step);
            }
        }

        @Override
        boolean isForgotten() {
            return semaphore.waiting() > 0 && semaphore.available() > 0;
        }

        @Override
        String leftovers() {
            return semaphore.available() == permits && semaphore.waiting() == 0
                    ? null
                    : semaphore.snapshot().toString();
        }
    }

    static final class Tokens extends Place {

        private static final int MOST = 3;

        private final CapacityLimiter limiter;

        Tokens(CapacityLimiter limiter, Executor errands) {
            super(limiter.toString(), MOST, errands);
            this.limiter = limiter;
        }

        @Override
        void take(Frame frame, Step step) {
            try {
                switch (step.deed()) {
                    case TAKE, TAKE_STUBBORNLY -> got(frame, false, limiter.acquire(time(step)));
                    case TAKE_IN_TIME -> got(frame, false, limiter.tryAcquire(time(step)));
                    case TRY -> got(frame, false, limiter.tryAcquire());
                    case TAKE_LATER -> later(frame, false, limiter.acquireAsync());
                    default -> throw new AssertionError(step);
                }
            } catch (LockNotAcquiredException e) {
                throw e;
            } catch (IllegalStateException e) {
                // One token for each, and it has one, or waits for it.
            }
        }

        @Override
        void resize(int amount) {
            limiter.setTotal(amount % (MOST + 1));
        }

        @Override
        boolean isForgotten() {
            return limiter.waiting() > 0 && limiter.available() > 0;
        }

        @Override
        String leftovers() {
            return limiter.borrowed() == 0 && limiter.waiting() == 0
                    ? null
                    : limiter.snapshot().toString();
        }
    }
}
