package io.ownedlock.task;

import static java.util.Objects.requireNonNull;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work that can own locks: it starts once, ends once, and what it still holds at its end is given up then. At most
 * one thread is in a task at a time; work beside it is another task. That a lock belongs to a task, and breaks when the task
 * ends, is Python Trio's idea.
 *
 * <p>A task is {@linkplain #start started}, threads {@linkplain #attach() attach} to it one after the other, and it is
 * {@linkplain #end() ended}; {@link #runInTask} does all three. A thread without a task is its own task of kind
 * {@link TaskKind#THREAD THREAD}, which ends when the thread is found dead.
 *
 * <p>Safe for use by many threads, save where a method says that it is for the thread inside.
 */
public final class Task {

    /*
     * The whole state is one word, so that attaching, leaving and ending race by compare-and-set on it, and each of these is the
     * linearisation point:
     *
     *   IDLE       -> Attachment   attach
     *   Attachment -> IDLE         leave
     *   IDLE       -> TaskEnd      end, nobody inside
     *   Attachment -> Ending       end, with its thread inside
     *   Ending     -> TaskEnd      that thread leaves
     *   Attachment, Ending -> TaskEnd   that thread is dead, or certainly elsewhere
     *
     * ACTIVE is IDLE or an Attachment, ENDING an Ending, ENDED a TaskEnd. The failure is in the object that is written, so the
     * winner of two ends is the one whose failure is told. Who writes the TaskEnd is alone with the hooks from then on: nobody can
     * attach, and what earlier threads did here happened before through the word, or through the death of the thread.
     *
     * A stay has an object of its own, and is not just its thread, because the same thread may leave and come back while somebody
     * finds out that it was away: what was found out about one stay must not end the next.
     *
     * The hooks form a list, newest first. Only the thread inside changes it; a hook that another thread has done with is marked
     * a stray, and unlinked by the thread inside when it next adds one. One that tells the hooks of an ENDING task walks the list
     * at the same time: unlinked hooks keep their way to the older ones, so the walk passes all that stay.
     *
     * Hooks from outside are a list apart, which anybody changes by compare-and-set, and which the end swaps for OVER: a hook is
     * in the list that was swapped out, and runs, or finds OVER, and is refused.
     */
    private static final Object IDLE = new Object();

    private static final Logger LOG = System.getLogger(Task.class.getName());
    private static final AtomicLong IDS = new AtomicLong();
    private static final VarHandle WORD;
    private static final VarHandle NEWEST;
    private static final VarHandle WATCHES;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(Task.class, "word", Object.class);
            NEWEST = MethodHandles.lookup().findVarHandle(Task.class, "newest", ExitHook.class);
            WATCHES = MethodHandles.lookup().findVarHandle(Task.class, "watches", Watch.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private record Ending(Attachment inside, TaskEnd end) {}

    private final long id = IDS.incrementAndGet();
    private final long startedMillis = System.currentTimeMillis();
    private final TaskKind kind;
    private final @Nullable Task host;
    private final @Nullable String parent;
    private final @Nullable Liveness liveness;

    private volatile String name;
    private volatile Object word;
    private volatile @Nullable Thread lastInside;
    private volatile boolean strays;
    private @Nullable ExitHook newest;
    private volatile @Nullable Watch watches;

    private Task(String name, TaskKind kind, @Nullable Task host, @Nullable Task parent, @Nullable Liveness liveness) {
        this.name = requireNonNull(name, "name");
        this.kind = requireNonNull(kind, "kind");
        this.host = host;
        this.parent = parent == null ? null : parent.label();
        this.liveness = liveness;
        this.word = IDLE;
    }

    /** The task the calling thread is in; without one, the thread's own task of kind {@link TaskKind#THREAD THREAD}. */
    public static Task current() {
        Attachment attachment = Attachment.innermost();
        if (attachment == null) {
            String thread = Thread.currentThread().getName();
            attachment = new Task(thread, TaskKind.THREAD, null, null, null).attach();
        }
        return attachment.task;
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
        if (kind == TaskKind.THREAD) {
            throw new IllegalArgumentException("A task of kind THREAD starts by itself, for a thread without a task");
        }
        Attachment attachment = Attachment.innermost();
        Task parent = attachment == null || attachment.task.kind == TaskKind.THREAD ? null : attachment.task;
        return new Task(name, kind, null, parent, liveness);
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
        Task task = new Task(name, TaskKind.CUSTOM, host, host, null);
        Throwable failure = null;
        try (Attachment ignored = task.attach()) {
            return action.run();
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            task.end(failure);
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

    /** What sort of work the task is. */
    public TaskKind kind() {
        return kind;
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

    boolean isEnded() {
        return word instanceof TaskEnd;
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

    /**
     * What the thread inside has turned to: it comes back to this task after that. {@code null} if there is no thread inside, or it
     * is at work here. Never the same object again once it was left.
     */
    public @Nullable Attachment suspendedBy() {
        Object seen = word;
        Object stay = seen instanceof Ending ending ? ending.inside : seen;
        return stay instanceof Attachment attachment ? attachment.above : null;
    }

    /** A snapshot of what there is to say about the task. */
    public TaskInfo info() {
        Thread last = lastInside;
        Instant ended = word instanceof TaskEnd end ? end.at() : null;
        return new TaskInfo(
                id,
                name,
                kind,
                parent,
                Instant.ofEpochMilli(startedMillis),
                ended,
                last == null ? null : last.getName());
    }

    /** What the thread inside is doing, innermost first; empty if there is none. */
    public StackTraceElement[] stackTrace() {
        Thread inside = inside(word);
        return inside == null ? new StackTraceElement[0] : inside.getStackTrace();
    }

    /** The short form by which logs and errors name the task. */
    public String label() {
        return TaskInfo.label(kind, id, name);
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
        Attachment attachment = new Attachment(this, thread);
        if (!WORD.compareAndSet(this, IDLE, attachment)) {
            Object seen = word;
            Thread inside = inside(seen);
            throw new IllegalStateException(
                    seen instanceof TaskEnd
                            ? this + " is over: no thread can attach to it"
                            : this + " has a thread in it already" + (inside == null ? "" : ", " + inside.getName()));
        }
        lastInside = thread;
        return attachment.push();
    }

    void detach(Attachment attachment) {
        if (WORD.compareAndSet(this, attachment, IDLE)) {
            return;
        }
        if (word instanceof Ending ending && ending.inside == attachment) {
            finish(ending, ending.end);
        }
    }

    /** Like {@link #end(Throwable)} for a task that did not fail, as far as is known. */
    public boolean end() {
        return end(null);
    }

    /**
     * Ends the task. If a thread is inside, the task is {@link TaskState#ENDING ENDING}: its waits fail at once, and what it
     * holds is given up when that thread leaves, so that nobody is let into an occupied critical section. Any thread may call
     * this, at any time; the first call decides, later ones do nothing.
     *
     * @param failure what the task failed with; waiters of a lock it leaves behind see it as their cause
     * @return whether this call ended the task
     * @throws IllegalStateException if this is a task of kind {@link TaskKind#THREAD THREAD}, which ends with its thread
     */
    public boolean end(@Nullable Throwable failure) {
        if (kind == TaskKind.THREAD) {
            throw new IllegalStateException(this + " ends when its thread does");
        }
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
        if (seen instanceof TaskEnd) {
            return true;
        }
        Thread inside = inside(seen);
        return inside != null && !inside.isAlive() && finish(seen, TaskEnd.Cause.THREAD_DIED);
    }

    /**
     * Ends the task if the thread inside is dead, or its {@link Liveness} says that its end was missed. For the watchdog, which
     * calls this for tasks that hold something.
     *
     * @return whether the task is over
     */
    public boolean endIfGone() {
        if (endIfDead()) {
            return true;
        }
        Object seen = word;
        return liveness != null && liveness.isGone(inside(seen)) && finish(seen, TaskEnd.Cause.MISSED);
    }

    private boolean finish(Object seen, TaskEnd.Cause cause) {
        return finish(seen, seen instanceof Ending ending ? ending.end : new TaskEnd(cause, Instant.now(), null));
    }

    private boolean finish(Object seen, TaskEnd end) {
        if (seen instanceof TaskEnd || !WORD.compareAndSet(this, seen, end)) {
            return false;
        }
        runHooks(end);
        return true;
    }

    private static @Nullable Thread inside(Object seen) {
        Object stay = seen instanceof Ending ending ? ending.inside : seen;
        return stay instanceof Attachment attachment ? attachment.thread : null;
    }

    /**
     * How the task ended; {@code null} while it goes on. For primitives that find an ended owner before its hooks have run.
     */
    public @Nullable TaskEnd ended() {
        return word instanceof TaskEnd end ? end : null;
    }

    /**
     * Adds something to be done at this task's end. For primitives, and only for the thread inside. Does not look at the task's
     * state: who adds a hook and then takes something looks at {@link #isActive()} after that.
     *
     * @param hook a hook that was never added before
     */
    public void add(ExitHook hook) {
        if (strays) {
            dropStrays();
        }
        ExitHook older = newest;
        hook.older = older;
        if (older != null) {
            older.newer = hook;
        }
        NEWEST.setRelease(this, hook);
    }

    /** Takes back an {@link #add}. For primitives, on any thread. */
    public void remove(ExitHook hook) {
        if (inside(word) == Thread.currentThread()) {
            unlink(hook);
        } else {
            hook.stray = true;
            strays = true;
        }
    }

    /**
     * Adds something to be done at this task's end, from any thread and without the task's consent. Either it is added and the
     * end will run it, or the task is over and nothing was added; there is nothing in between. An {@link #add} by the thread
     * inside costs less.
     *
     * @param hook a hook that was never added before; those of one task run in the order in which they were added
     * @return {@code false} if the task is over
     */
    public boolean watch(ExitHook hook) {
        for (; ; ) {
            Watch seen = watches;
            if (seen == Watch.OVER || isEnded()) {
                return false;
            }
            if (WATCHES.compareAndSet(this, seen, new Watch(hook, seen))) {
                return true;
            }
        }
    }

    /**
     * Takes back a {@link #watch}, on any thread.
     *
     * @return {@code false} if the hook is not there, or the task's end has got hold of it
     */
    public boolean unwatch(ExitHook hook) {
        for (; ; ) {
            Watch seen = watches;
            Watch rest = Watch.without(seen, hook);
            if (rest == seen) {
                return false;
            }
            if (WATCHES.compareAndSet(this, seen, rest)) {
                return true;
            }
        }
    }

    private void unlink(ExitHook hook) {
        ExitHook newer = hook.newer;
        ExitHook older = hook.older;
        if (older != null) {
            older.newer = newer;
        }
        if (newer != null) {
            newer.older = older;
        } else if (newest == hook) {
            NEWEST.setRelease(this, older);
        }
    }

    private void dropStrays() {
        strays = false;
        for (ExitHook hook = newest; hook != null; hook = hook.older) {
            if (hook.stray) {
                unlink(hook);
            }
        }
    }

    private void tellEnding() {
        // Pairs with the fence of a waiter between adding its hook and looking at the state: one of the two sees the
        // other.
        VarHandle.fullFence();
        for (ExitHook hook = (ExitHook) NEWEST.getAcquire(this); hook != null; hook = hook.older) {
            tellEnding(hook);
        }
        for (Watch watch = watches; watch != null && watch.hook() != null; watch = watch.older()) {
            tellEnding(watch.hook());
        }
    }

    private void tellEnding(ExitHook hook) {
        try {
            hook.onEnding(this);
        } catch (RuntimeException | Error e) {
            warn(hook, e);
        }
    }

    private void runHooks(TaskEnd end) {
        ExitHook hook = newest;
        while (hook != null && hook.older != null) {
            hook = hook.older;
        }
        runHooks(hook, end);
        // Who keeps an ended task, a thread that never left it for one, is not to keep all that it held.
        newest = null;
        runHooks(Watch.oldestFirst((Watch) WATCHES.getAndSet(this, Watch.OVER)), end);
    }

    private void runHooks(@Nullable ExitHook oldest, TaskEnd end) {
        for (ExitHook hook = oldest; hook != null; hook = hook.newer) {
            if (!hook.stray) {
                try {
                    hook.onEnded(this, end);
                } catch (RuntimeException | Error e) {
                    warn(hook, e);
                }
            }
        }
    }

    private void warn(ExitHook hook, Throwable e) {
        LOG.log(Level.WARNING, () -> hook + " failed at the end of " + this, e);
    }

    @Override
    public String toString() {
        return label();
    }
}
