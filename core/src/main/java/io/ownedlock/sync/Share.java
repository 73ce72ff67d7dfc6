package io.ownedlock.sync;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One task's ownership of one side of a {@link TaskReadWriteLock}. A task that reads and writes has two. */
final class Share extends Ownership {

    private final ReadWriteCell lock;
    private final Side side;

    /** The writer it goes back to; {@code null} if there was none, and for readers. Written and read like the time. */
    @Nullable Share lender;

    Share(ReadWriteCell lock, Side side, Task owner, long grip) {
        super(owner, grip, lock.settings().captureSite());
        this.lock = lock;
        this.side = side;
    }

    Side side() {
        return side;
    }

    boolean isWriting() {
        return side == Side.WRITE;
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
    @Nullable Share lender() {
        return lender;
    }

    @Override
    @Nullable Share survivor() {
        return (Share) super.survivor();
    }

    @Override
    @Nullable Share openLender() {
        return (Share) super.openLender();
    }

    @Override
    void release() {
        lock.exits().release(this);
    }

    @Override
    void confirm(long waitedNanos) {
        lock.queue().confirm(this, waitedNanos);
    }

    @Override
    void withdraw() {
        lock.exits().withdraw(this);
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
        lock.exits().abandon(this, end);
    }

    @Override
    public String toString() {
        return lock.id() + (isWriting() ? " written by " : " read by ") + owner();
    }
}
