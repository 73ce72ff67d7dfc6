package io.ownedlock.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link Task} that says where it is in its life. The whole state is one word, so that attaching, leaving and ending
 * race by compare-and-set on it, and each of these is the linearisation point:
 *
 * <pre>
 *   IDLE       -> Attachment   attach
 *   Attachment -> IDLE         leave; that thread only
 *   IDLE       -> TaskEnd      end, nobody inside
 *   Attachment -> Ending       end, with its thread inside
 *   Ending     -> TaskEnd      that thread leaves
 *   Attachment, Ending -> TaskEnd   that thread is dead, or certainly elsewhere
 * </pre>
 *
 * <p>ACTIVE is IDLE or an Attachment, ENDING an Ending, ENDED a TaskEnd. The failure is in the object that is written, so the
 * winner of two ends is the one whose failure is told. Who writes the TaskEnd is alone with the hooks from then on: nobody can
 * attach, and what earlier threads did here happened before through the word, or through the death of the thread.
 *
 * <p>A stay has an object of its own, and is not just its thread, because the same thread may leave and come back while somebody
 * finds out that it was away: what was found out about one stay must not end the next. Leaving allocates nothing, so
 * {@code IDLE} does come back: what is found out while nobody is inside must hold whoever has come and gone since
 * ({@link Liveness}).
 */
abstract class TaskWord extends TaskHooks {

    private static final Object IDLE = new Object();
    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(TaskWord.class, "word", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private record Ending(Attachment inside, TaskEnd end) {}

    private final @Nullable Liveness liveness;
    private volatile Object word = IDLE;
    private volatile @Nullable Thread lastInside;

    TaskWord(@Nullable Liveness liveness) {
        this.liveness = liveness;
    }

    /** Where the task is in its life; already out of date when it returns, unless it is {@code ENDED}. */
    public TaskState state() {
        Object seen = word;
        return seen instanceof TaskEnd ? TaskState.ENDED : seen instanceof Ending ? TaskState.ENDING : TaskState.ACTIVE;
    }

    /** Whether the task goes on: only then does it get anything new. */
    public boolean isActive() {
        Object seen = word;
        return !(seen instanceof TaskEnd || seen instanceof Ending);
    }

    @Override
    final boolean isEnded() {
        return word instanceof TaskEnd;
    }

    /**
     * How the task ended; {@code null} while it goes on. For primitives that find an ended owner before its hooks have run.
     */
    public @Nullable TaskEnd ended() {
        return word instanceof TaskEnd end ? end : null;
    }

    /**
     * What the task was said to have failed with, from the moment it was told to end; {@code null} if it goes on, did not fail, or nobody
     * knows. May keep the task's objects alive.
     */
    public @Nullable Throwable failure() {
        Object seen = word;
        TaskEnd end = seen instanceof Ending ending ? ending.end : ended();
        return end == null ? null : end.failure();
    }

    /**
     * What the thread inside has turned to: it comes back to this task after that. {@code null} if there is no thread inside, or it
     * is at work here. Never the same object again once it was left.
     */
    public @Nullable Attachment suspendedBy() {
        Attachment stay = stay(word);
        Attachment above = stay == null ? null : stay.above;
        // Left already, by a thread that has not come back here yet.
        return above != null && above.task.has(above) ? above : null;
    }

    /** The thread that is in the task, perhaps at work in another one meanwhile; {@code null} if there is none. */
    @Override
    public @Nullable Thread inside() {
        return inside(word);
    }

    /** Who is inside, or was last. */
    final @Nullable Thread lastInside() {
        return lastInside;
    }

    /** What the thread inside is doing, innermost first; empty if there is none. */
    public StackTraceElement[] stackTrace() {
        Thread inside = inside(word);
        return inside == null ? new StackTraceElement[0] : inside.getStackTrace();
    }

    /**
     * Enters the task on the calling thread, until the returned attachment is closed. What an earlier thread did in the task is
     * visible to this one. What the thread was in before is suspended, and no ancestor: its locks exclude this task. Never
     * blocks.
     *
     * @throws IllegalStateException if another thread is in the task, this thread is in it already, or the task is ending or over
     */
    public Attachment attach() {
        Thread thread = Thread.currentThread();
        Attachment attachment = new Attachment(self(), thread);
        // First the thread's own list, which counts only from the second step on: what follows that step cannot run out
        // of stack.
        attachment.push();
        if (!WORD.compareAndSet(this, IDLE, attachment)) {
            Object seen = word;
            Attachment.innermost();
            throw noEntry(seen);
        }
        lastInside = thread;
        try {
            attachment.suspend();
            if (hasHooks()) {
                tellMoved();
            }
        } catch (StackOverflowError e) {
            // The thread is inside; dumps and walks may miss it until it leaves.
        }
        return attachment;
    }

    /** Whether the stay goes on, as far as the task knows. */
    final boolean has(Attachment stay) {
        Object seen = word;
        return seen == stay || (seen instanceof Ending ending && ending.inside == stay);
    }

    private IllegalStateException noEntry(Object seen) {
        Thread inside = inside(seen);
        return new IllegalStateException(
                seen instanceof TaskEnd
                        ? this + " is over: no thread can attach to it"
                        : this + " has a thread in it already" + (inside == null ? "" : ", " + inside.getName()));
    }

    final void detach(Attachment attachment) {
        boolean hooked = hasHooks();
        if (WORD.compareAndSet(this, attachment, IDLE)) {
            if (hooked) {
                tellMoved();
            }
        } else if (word instanceof Ending ending && ending.inside == attachment) {
            finish(ending, ending.end);
        }
    }

    /** {@link Task#end}, for every kind of task. */
    final boolean endNow(@Nullable Throwable failure) {
        TaskEnd end = new TaskEnd(TaskEnd.Cause.TOLD, Instant.now(), failure);
        for (Object seen = word; !(seen instanceof TaskEnd || seen instanceof Ending); seen = word) {
            if (!(seen instanceof Attachment inside) || !inside.thread.isAlive()) {
                if (finish(seen, end)) {
                    return true;
                }
            } else if (WORD.compareAndSet(this, seen, new Ending(inside, end))) {
                tellEnding();
                return true;
            }
        }
        return false;
    }

    /**
     * Ends the task if the thread inside is dead, since nobody else may ever tell. Whoever finds a task in the way asks this.
     *
     * @return whether the task is over
     */
    public boolean endIfDead() {
        Object seen = word;
        Thread inside = inside(seen);
        return seen instanceof TaskEnd
                || (inside != null && !inside.isAlive() && over(seen, TaskEnd.Cause.THREAD_DIED));
    }

    /**
     * Ends the task if the thread inside is dead, or its {@link Liveness} says that its end was missed, or that nobody is left who
     * could end it. For the watchdog, which calls this for tasks that hold something.
     *
     * @return whether the task is over
     */
    public boolean endIfGone() {
        if (endIfDead()) {
            return true;
        }
        Object seen = word;
        if (seen == IDLE && isOrphan()) {
            return over(seen, TaskEnd.Cause.MISSED);
        }
        return liveness != null
                && isGone(liveness, inside(seen))
                && over(seen, liveness instanceof WhileReachable ? TaskEnd.Cause.UNREACHABLE : TaskEnd.Cause.MISSED);
    }

    /** Who asks has other tasks to look after: one whose liveness cannot be told goes on. */
    private boolean isGone(Liveness told, @Nullable Thread inside) {
        try {
            return told.isGone(inside);
        } catch (RuntimeException | Error e) {
            LOG.warn(() -> "It cannot be told whether " + this + " is gone: its liveness has failed", e);
            return false;
        }
    }

    /** Whether nobody is left to end it, as nobody is inside. */
    abstract boolean isOrphan();

    /** Ends the task as it was seen; whoever comes first, it may be over after that. */
    private boolean over(Object seen, TaskEnd.Cause cause) {
        return finish(seen, seen instanceof Ending ending ? ending.end : new TaskEnd(cause, Instant.now(), null))
                || isEnded();
    }

    private boolean finish(Object seen, TaskEnd end) {
        if (seen instanceof TaskEnd || !WORD.compareAndSet(this, seen, end)) {
            return false;
        }
        runHooks(end);
        return true;
    }

    private static @Nullable Attachment stay(Object seen) {
        Object stay = seen instanceof Ending ending ? ending.inside : seen;
        return stay instanceof Attachment attachment ? attachment : null;
    }

    private static @Nullable Thread inside(Object seen) {
        Attachment stay = stay(seen);
        return stay == null ? null : stay.thread;
    }
}
