package io.ownedlock.sync;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One task's ownership of one {@link TaskLock}: the intent before it is in the lock's cell, the ownership while it is there. */
final class Grant extends Ownership implements Cell {

    private final LockCell lock;

    /** Whom the lock goes back to; {@code null} if it was free. Written and read like the time. */
    @Nullable Grant lender;

    /** What is left if nothing was inherited. Made before it can be needed: who gives back must not run out of memory. */
    private Cell.@Nullable Free clean;

    /** Whether the condition that its owner waits for was notified. Written under the lot's monitor. */
    volatile boolean notified;

    /** What the task owed already when this came to be owed. Written and read on its thread. */
    @Nullable Grant olderDebt;

    Grant(LockCell lock, Task owner, long grip) {
        super(owner, grip, lock.settings().captureSite());
        this.lock = lock;
    }

    /** Before this is in the cell. */
    void number(long next) {
        token = next;
        clean = new Cell.Free(null, next);
    }

    /** What is in the cell when this is out of it, and nothing beneath. */
    Cell.Free left(@Nullable Abandonment predecessor) {
        return predecessor == null && clean != null ? clean : new Cell.Free(predecessor, token);
    }

    @Override
    LockId lockId() {
        return lock.id();
    }

    @Override
    Instant instantOf(long nanos) {
        return lock.instantOf(nanos);
    }

    @Override
    @Nullable Grant lender() {
        return lender;
    }

    @Override
    @Nullable Grant survivor() {
        return (Grant) super.survivor();
    }

    @Override
    @Nullable Grant openLender() {
        return (Grant) super.openLender();
    }

    @Override
    void release() {
        lock.release(this);
    }

    @Override
    void confirm(long waitedNanos) {
        lock.queue().confirm(this, waitedNanos);
    }

    @Override
    void withdraw() {
        lock.withdraw(this);
    }

    @Override
    WaitTooLongException tooLong(Patience patience) {
        return lock.tooLong(patience);
    }

    @Override
    protected void onEnding(Task task) {
        lock.queue().refuse(this);
    }

    @Override
    protected void onMoved(Task task) {
        lock.queue().lot().ownerMoved();
    }

    @Override
    protected void onEnded(Task task, TaskEnd end) {
        lock.breaking().abandon(this, end);
    }

    @Override
    public String toString() {
        return lock + " held by " + owner();
    }
}
