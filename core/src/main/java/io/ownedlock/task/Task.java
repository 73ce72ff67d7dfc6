package io.ownedlock.task;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work that can own locks: it starts once, ends once, and what it still holds at its end is given up then. At most
 * one thread is in a task at a time; work beside it is another task. That a lock belongs to a task, and breaks when the task
 * ends, is Python Trio's idea.
 *
 * <p>A task is {@linkplain #start started}, threads {@linkplain #attach() attach} to it one after the other, and it is
 * {@linkplain #end() ended}; {@link #runInTask} and {@link #runBeside(String, TaskKind, TaskAction) runBeside} do all three. A thread
 * without a task is its own task of kind {@link TaskKind#THREAD THREAD}, which ends when the thread is found dead.
 *
 * <p>This class is the task's identity and what users call. Where it is in its life, {@link TaskWord}, and what is to be done at its
 * end, {@code TaskHooks} and {@code TaskWatches}, are classes beneath, each with its own rules of who may change what: a task is one
 * object, so that being in it and holding something costs no further look.
 *
 * <p>Safe for use by many threads, save where a method says that it is for the thread inside.
 */
public final class Task extends TaskWord {

    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();
    private final long startedMillis = System.currentTimeMillis();
    private final TaskKind kind;
    private final @Nullable Task host;
    private final @Nullable String parent;

    /** Whether one call is all of the task's life. */
    private final boolean scoped;

    private volatile String name;
    private volatile @Nullable String traceId;

    private Task(
            String name,
            TaskKind kind,
            @Nullable Task host,
            boolean scoped,
            @Nullable String parent,
            @Nullable Liveness liveness) {
        super(liveness);
        this.scoped = scoped;
        this.name = requireNonNull(name, "name");
        this.kind = requireNonNull(kind, "kind");
        this.host = host;
        this.parent = parent;
    }

    /** The task the calling thread is in; without one, the thread's own task of kind {@link TaskKind#THREAD THREAD}. */
    public static Task current() {
        Attachment attachment = Attachment.innermost();
        if (attachment == null) {
            String thread = Thread.currentThread().getName();
            attachment = new Task(thread, TaskKind.THREAD, null, false, null, null).attach();
        }
        return attachment.task;
    }

    /** Whether the calling thread is in a task that was started, and not just in its own of kind {@link TaskKind#THREAD THREAD}. */
    public static boolean hasCurrent() {
        Attachment attachment = Attachment.innermost();
        return attachment != null && attachment.task.kind != TaskKind.THREAD;
    }

    /** Like {@link #start(String, TaskKind, Liveness)} for a task whose end cannot be missed. */
    public static Task start(String name, TaskKind kind) {
        return start(name, kind, null);
    }

    /**
     * Starts a task beside the current one: to every lock it is a stranger to the task that started it, and it may outlive it.
     * Nobody is in it yet.
     *
     * @param name what the task is called in errors and logs; never personal data, a request's path template for one
     * @param kind what sort of work it is; not {@link TaskKind#THREAD THREAD}, those tasks start by themselves
     * @param liveness tells whether the task is over although nobody {@linkplain #end() ended} it; may be {@code null}
     * @throws IllegalArgumentException if the kind is {@code THREAD}
     */
    public static Task start(String name, TaskKind kind, @Nullable Liveness liveness) {
        return beside(name, kind, Parent.capture(), liveness);
    }

    private static Task beside(String name, TaskKind kind, @Nullable Parent parent, @Nullable Liveness liveness) {
        if (kind == TaskKind.THREAD) {
            throw new IllegalArgumentException("A task of kind THREAD starts by itself, for a thread without a task");
        }
        return new Task(name, kind, null, false, parent == null ? null : parent.label, liveness);
    }

    /**
     * Starts a task nested in the current one: what the current task holds may be taken again in it. It may go on when its
     * thread has left it, as a call does that returns a future, and is over when it is {@linkplain #end() ended}. The end of the
     * current task does not end it. Nobody is in it yet.
     *
     * @param name what the task is called in errors and logs; never personal data
     * @param liveness tells whether the task is over although nobody {@linkplain #end() ended} it
     */
    public static Task startNested(String name, Liveness liveness) {
        Task host = current();
        return new Task(name, TaskKind.CUSTOM, host, false, host.label(), requireNonNull(liveness, "liveness"));
    }

    /**
     * Runs an action in a task of its own, nested in the current one, and ends that task when the action returns or throws. A
     * lock taken and not given back inside is therefore given up at the end of this call; what the current task holds may be
     * taken again inside.
     *
     * @param name what the task is called in errors and logs
     * @return what the action returns
     * @throws X what the action throws; waiters of a lock it leaves behind see it as their cause
     */
    public static <T extends @Nullable Object, X extends Throwable> T runInTask(String name, TaskAction<T, X> action)
            throws X {
        Task host = current();
        return new Task(name, TaskKind.CUSTOM, host, true, host.label(), null).runAndEnd(action);
    }

    /**
     * Runs an action in the current task. A thread's own task ends with the thread, which in a pool is never; so on a thread without
     * another one this is {@link #runInTask}, and what leaks in the action is given up when it is over.
     *
     * @param name what the task is called if one is started; never personal data
     * @return what the action returns
     * @throws X what the action throws
     */
    public static <T extends @Nullable Object, X extends Throwable> T runInAnyTask(String name, TaskAction<T, X> action)
            throws X {
        return hasCurrent() ? action.run() : runInTask(name, action);
    }

    /** Like {@link #runBeside(String, TaskKind, Parent, TaskAction)} for a child of whatever the calling thread is in. */
    public static <T extends @Nullable Object, X extends Throwable> T runBeside(
            String name, TaskKind kind, TaskAction<T, X> action) throws X {
        return runBeside(name, kind, Parent.capture(), action);
    }

    /**
     * Runs an action in a task of its own, beside whatever the calling thread is in, and ends that task when the action returns or
     * throws. For work that was brought to this thread, such as a message or a run of a schedule: to every lock it is a stranger to the
     * task that the thread is in, which is suspended meanwhile, and to its parent.
     *
     * @param name what the task is called in errors and logs; never personal data
     * @param kind what sort of work it is; not {@link TaskKind#THREAD THREAD}, those tasks start by themselves
     * @param parent who had the work begun; {@code null} if nobody had
     * @return what the action returns
     * @throws X what the action throws; waiters of a lock it leaves behind see it as their cause
     * @throws IllegalArgumentException if the kind is {@code THREAD}
     */
    public static <T extends @Nullable Object, X extends Throwable> T runBeside(
            String name, TaskKind kind, @Nullable Parent parent, TaskAction<T, X> action) throws X {
        return beside(name, kind, parent, null).runAndEnd(action);
    }

    private <T extends @Nullable Object, X extends Throwable> T runAndEnd(TaskAction<T, X> action) throws X {
        try (Attachment ignored = attach()) {
            try {
                return action.run();
            } catch (Throwable e) {
                // Still inside: whoever finds the task left could end it before it is known what it failed with.
                end(e);
                throw e;
            }
        } finally {
            end();
        }
    }

    /** Unique for the life of this JVM, and never a thread's id: those are used again. */
    public long id() {
        return id;
    }

    /** What the task is called now. */
    public String name() {
        return name;
    }

    /** Gives the task a better name, when it becomes known: the path template of a request once it is mapped. */
    public void rename(String better) {
        name = requireNonNull(better, "better");
    }

    /**
     * Says which distributed trace the task is part of, for errors and logs to lead there. What was said first stays: whoever has seen
     * it is to find it again.
     */
    public synchronized void traceId(String id) {
        requireNonNull(id, "id");
        if (traceId == null) {
            traceId = id;
        }
    }

    /** Which trace the task is part of; {@code null} if nobody has said so. */
    public @Nullable String traceId() {
        return traceId;
    }

    /** What sort of work the task is. */
    public TaskKind kind() {
        return kind;
    }

    /** Whether this task runs inside a call of another one. */
    public boolean isNested() {
        return host != null;
    }

    /** Whether this task runs inside a call of the other, at any depth, and so may use what the other holds. */
    public boolean isNestedIn(Task other) {
        for (Task task = host; task != null; task = task.host) {
            if (task == other) {
                return true;
            }
        }
        return false;
    }

    /** A snapshot of what there is to say about the task. */
    public TaskInfo info() {
        Thread last = lastInside();
        TaskEnd end = ended();
        return new TaskInfo(
                id,
                name,
                kind,
                parent,
                Instant.ofEpochMilli(startedMillis),
                end == null ? null : end.at(),
                last == null ? null : last.getName(),
                traceId);
    }

    /** The short form by which logs and errors name the task. */
    public String label() {
        return TaskInfo.label(kind, id, name);
    }

    /** Like {@link #end(Throwable)} for a task that did not fail, as far as is known. */
    public boolean end() {
        return end(null);
    }

    /**
     * Ends the task. If a thread is inside, the task is {@link TaskState#ENDING ENDING}: its waits fail at once, and what it
     * holds is given up when that thread leaves, so that nobody is let into an occupied critical section. If nobody is inside, the exit
     * hooks, and the listeners of the locks that are given up, run on the calling thread. Any thread may call this, at any time; the
     * first call decides, later ones do nothing.
     *
     * @param failure what the task failed with; waiters of a lock it leaves behind see it as their cause
     * @return whether this call ended the task
     * @throws IllegalStateException if this is a task of kind {@link TaskKind#THREAD THREAD}, which ends with its thread
     */
    public boolean end(@Nullable Throwable failure) {
        if (kind == TaskKind.THREAD) {
            throw new IllegalStateException(this + " ends when its thread does");
        }
        return endNow(failure);
    }

    /** The task of a call that was left and is not over: what was to end it ran out of stack or memory. */
    @Override
    boolean isOrphan() {
        return scoped && lastInside() != null;
    }

    @Override
    Task self() {
        return this;
    }

    @Override
    public String toString() {
        return label();
    }
}
