package io.ownedlock.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.testing.Actor;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LivenessTest {

    @Test
    void aThreadThatCameBackIsNotJudgedByItsAbsence() throws InterruptedException {
        SynchronousQueue<String> toThread = new SynchronousQueue<>();
        SynchronousQueue<String> fromThread = new SynchronousQueue<>();
        Task task = Task.start("GET /orders/{id}", TaskKind.REQUEST, inside -> {
            // "Its thread is away" is found out while it is; then it comes back.
            tell(toThread, "leave and come back");
            hear(fromThread);
            return true;
        });
        Thread thread = new Thread(() -> {
            try (Attachment ignored = task.attach()) {
                tell(fromThread, "inside");
                hear(toThread);
            }
            Attachment again = task.attach();
            tell(fromThread, "inside again");
            hear(toThread);
            again.close();
            tell(fromThread, "left");
        });
        thread.start();
        hear(fromThread);

        assertThat(task.endIfGone()).isFalse();

        assertThat(task.state()).isEqualTo(TaskState.ACTIVE);
        tell(toThread, "leave");
        hear(fromThread);
        thread.join();
        assertThat(task.end()).isTrue();
    }

    private static void tell(SynchronousQueue<String> queue, String message) {
        try {
            queue.put(message);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void hear(SynchronousQueue<String> queue) {
        try {
            queue.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void endedByAnotherMeanwhileItIsOverAllTheSame() {
        Task[] task = new Task[1];
        task[0] = Task.start("task", TaskKind.REQUEST, inside -> task[0].end());
        assertThat(task[0].endIfGone()).isTrue();
        assertThat(task[0].ended().cause()).isEqualTo(TaskEnd.Cause.TOLD);
    }

    @Test
    void isAskedForWhatNobodyCanReach() {
        WeakReference<Object> forgotten = new WeakReference<>(new Object());
        Object kept = new Object();
        Task task = Task.start("kept", TaskKind.CUSTOM, Liveness.whileReachable(kept));
        collect(forgotten);
        assertThat(task.endIfGone()).isFalse();
        Reference.reachabilityFence(kept);
    }

    @Test
    void whatEverybodyHasForgottenIsOver() {
        Task task = Task.start("forgotten", TaskKind.CUSTOM, Liveness.whileReachable(new Object()));
        collectUntilGone(task);
        assertThat(task.ended().cause()).isEqualTo(TaskEnd.Cause.UNREACHABLE);
    }

    @Test
    void notAsLongAsAThreadIsInside() {
        Object[] anchor = {new Object()};
        WeakReference<Object> weak = new WeakReference<>(anchor[0]);
        Task task = Task.start("forgotten", TaskKind.CUSTOM, Liveness.whileReachable(anchor[0]));
        try (Attachment inside = task.attach()) {
            anchor[0] = null;
            collect(weak);
            assertThat(task.endIfGone()).isFalse();
        }
        assertThat(task.endIfGone()).isTrue();
    }

    /** What starts a task for a piece of work refers to it; the task does not refer back. */
    @Test
    void theAnchorMayReferToTheTask() {
        Task task = startedFor(new AtomicReference<>());
        collectUntilGone(task);
        assertThat(task.isActive()).isFalse();
    }

    private static Task startedFor(AtomicReference<Task> work) {
        work.set(Task.start("work", TaskKind.ASYNC, Liveness.whileReachable(work)));
        return work.get();
    }

    private static void collectUntilGone(Task task) {
        Actor.awaitUntil(
                () -> {
                    System.gc();
                    return task.endIfGone();
                },
                () -> task + " to be found gone");
    }

    private static void collect(WeakReference<Object> garbage) {
        Actor.awaitUntil(
                () -> {
                    System.gc();
                    return garbage.get() == null;
                },
                () -> "garbage to be collected");
    }

    /** What was to end it ran out of stack, for one: nobody else ever would. */
    @Test
    void aNestedTaskThatWasLeftAndNeverEndedIsOver() {
        Task.runInTask("nested", () -> {
            Task nested = Task.current();
            assertThat(nested.endIfGone()).as("at work").isFalse();
            Attachment.innermost().close();
            assertThat(nested.endIfGone()).isTrue();
            assertThat(nested.ended().cause()).isEqualTo(TaskEnd.Cause.MISSED);
            return null;
        });
    }

    /** Whoever asks has others to look after. */
    @Test
    void whatKnowsNothingBecauseItThrowsSaysNothing() {
        Task task = Task.start("task", TaskKind.REQUEST, inside -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(task.endIfGone()).isFalse();
        assertThat(task.isActive()).isTrue();
    }
}
