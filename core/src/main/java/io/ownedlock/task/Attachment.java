package io.ownedlock.task;

import org.jspecify.annotations.Nullable;

/**
 * A thread's stay in a task, from {@link Task#attach()} to {@link #close()}. Attachments of a thread nest; the innermost is the
 * one that counts, and those beneath are suspended by it.
 *
 * <p>Belongs to the thread that attached; no other thread may close it.
 */
public final class Attachment implements AutoCloseable {

    private static final ThreadLocal<@Nullable Attachment> INNERMOST = new ThreadLocal<>();

    final Task task;
    final Thread thread;
    private @Nullable Attachment beneath;

    /** What the thread has turned to; written by that thread only. */
    volatile @Nullable Attachment above;

    private boolean closed;

    Attachment(Task task, Thread thread) {
        this.task = task;
        this.thread = thread;
    }

    /** The task that the thread is in. */
    public Task task() {
        return task;
    }

    /** The calling thread's innermost attachment to a task that goes on, if there is one. */
    static @Nullable Attachment innermost() {
        Attachment top = INNERMOST.get();
        return top == null || !top.task.isEnded() ? top : dropEnded(top);
    }

    /** A task whose end was missed, and found out, has left its attachment behind. */
    private static @Nullable Attachment dropEnded(Attachment top) {
        Attachment live = top;
        while (live != null && live.task.isEnded()) {
            live = live.beneath;
        }
        INNERMOST.set(live);
        if (live != null) {
            live.above = null;
        }
        return live;
    }

    /** Makes the task the calling thread's; this has won the task's word already. */
    void push() {
        Attachment suspended = innermost();
        beneath = suspended;
        INNERMOST.set(this);
        if (suspended != null) {
            suspended.above = this;
        }
    }

    /**
     * Leaves the task; what the thread was attached to before is current again. If the task was told to end meanwhile, it ends
     * now, on this thread, and what it still holds is given up. Closing twice does nothing.
     *
     * @throws IllegalStateException on a thread other than the one that attached, or while a later attachment of this thread is
     *     still open
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (thread != Thread.currentThread()) {
            throw new IllegalStateException(
                    task + " can be left only by the thread that is in it, " + thread.getName());
        }
        if (!pop() && !task.isEnded()) {
            Attachment top = innermost();
            throw new IllegalStateException("Attachments close in the reverse order of opening: " + thread.getName()
                    + " must first leave " + (top == null ? "nothing" : top.task) + " to leave " + task);
        }
        closed = true;
        task.detach(this);
    }

    /** Makes what is beneath current again, if this is. */
    boolean pop() {
        if (innermost() != this) {
            return false;
        }
        INNERMOST.set(beneath);
        if (beneath != null) {
            beneath.above = null;
        }
        return true;
    }
}
