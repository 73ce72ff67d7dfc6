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
        return top == null || top.task.has(top) ? top : dropLeft(top);
    }

    /**
     * An attachment counts as long as its task's word has it. What does not was left behind: by a task whose end was missed and
     * found out, or by a thread that ran out of stack as it entered or left.
     */
    private static @Nullable Attachment dropLeft(Attachment top) {
        Attachment live = top;
        while (live != null && !live.task.has(live)) {
            live = live.beneath;
        }
        INNERMOST.set(live);
        if (live != null) {
            live.above = null;
        }
        return live;
    }

    /** Makes the task the calling thread's, once the task's word has this. */
    void push() {
        Attachment suspended = innermost();
        beneath = suspended;
        INNERMOST.set(this);
    }

    /** The task has this now: what was current is suspended by it. */
    void suspend() {
        Attachment suspended = beneath;
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
        Attachment top = innermost();
        if (top != this && task.has(this)) {
            throw new IllegalStateException("Attachments close in the reverse order of opening: " + thread.getName()
                    + " must first leave " + (top == null ? "nothing" : top.task) + " to leave " + task);
        }
        task.detach(this);
        closed = true;
        if (top == this) {
            INNERMOST.set(beneath);
            if (beneath != null) {
                beneath.above = null;
            }
        }
    }
}
