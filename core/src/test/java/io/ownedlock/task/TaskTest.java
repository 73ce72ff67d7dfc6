package io.ownedlock.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.testing.Actor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TaskTest {

    private final List<String> told = new ArrayList<>();

    private final class Recorder extends ExitHook {

        private final String name;

        Recorder(String name) {
            this.name = name;
        }

        @Override
        protected void onEnding(Task task) {
            told.add(name + " ending");
        }

        @Override
        protected void onEnded(Task task, TaskEnd end) {
            told.add(name + " ended");
        }
    }

    private Recorder hooked(Task task, String name) {
        Recorder hook = new Recorder(name);
        task.add(hook);
        return hook;
    }

    @Test
    void idsAreNeverUsedAgain() {
        Task first = Task.start("a", TaskKind.CUSTOM);
        first.end();
        assertThat(Task.start("a", TaskKind.CUSTOM).id()).isGreaterThan(first.id());
    }

    @Test
    void endsOnceAndTheFirstFailureCounts() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        Exception first = new Exception("first");

        assertThat(task.end(first)).isTrue();
        assertThat(task.end(new Exception("second"))).isFalse();

        assertThat(task.state()).isEqualTo(TaskState.ENDED);
        assertThat(task.ended()).isNotNull();
        assertThat(task.ended().failure()).isSameAs(first);
        assertThat(task.info().ended()).isEqualTo(task.ended().at());
    }

    @Test
    void racingEndsHaveOneWinner() throws Exception {
        for (int round = 0; round < 200; round++) {
            Task task = Task.start("a", TaskKind.CUSTOM);
            AtomicInteger ends = new AtomicInteger();
            try (Attachment ignored = task.attach()) {
                task.add(new ExitHook() {
                    @Override
                    protected void onEnded(Task task, TaskEnd end) {
                        ends.incrementAndGet();
                    }
                });
            }
            CyclicBarrier start = new CyclicBarrier(2);
            Actor<Boolean> other = Actor.start("other", () -> {
                start.await();
                return task.end();
            });
            start.await();
            boolean mine = task.end();

            assertThat(mine).isNotEqualTo(other.result());
            assertThat(ends).hasValue(1);
        }
    }

    @Test
    void onlyOneThreadIsInside() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        try (Attachment ignored = task.attach()) {
            Actor<Attachment> other = Actor.start("other", task::attach);
            assertThat(other.failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has a thread in it already, "
                            + Thread.currentThread().getName());
            assertThatIllegalStateException().isThrownBy(task::attach);
        }
        try (Attachment ignored = task.attach()) {
            assertThat(Task.current()).isSameAs(task);
        }
    }

    @Test
    void nobodyEntersATaskThatIsEndingOrOver() {
        Task ending = Task.start("a", TaskKind.CUSTOM);
        Attachment inside = ending.attach();
        ending.end();
        assertThat(Actor.start("other", ending::attach).failure()).isInstanceOf(IllegalStateException.class);
        inside.close();
        assertThatIllegalStateException().isThrownBy(ending::attach).withMessageContaining("is over");
    }

    @Test
    void whatOneThreadWritesTheNextOneSees() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        int[] plain = {0};
        for (int i = 1; i <= 100; i++) {
            int turn = i;
            assertThat(Actor.start("turn " + turn, () -> {
                                try (Attachment ignored = task.attach()) {
                                    return ++plain[0];
                                }
                            })
                            .result())
                    .isEqualTo(turn);
        }
    }

    @Test
    void attachmentsNest() {
        Task outer = Task.start("outer", TaskKind.CUSTOM);
        Task inner = Task.start("inner", TaskKind.CUSTOM);
        Attachment first = outer.attach();
        Attachment second = inner.attach();

        assertThat(Task.current()).isSameAs(inner);
        assertThatIllegalStateException().isThrownBy(first::close).withMessageContaining("must first leave " + inner);
        assertThat(Task.current()).isSameAs(inner);

        second.close();
        assertThat(Task.current()).isSameAs(outer);
        second.close();
        first.close();
        assertThat(Task.current().kind()).isEqualTo(TaskKind.THREAD);
    }

    @Test
    void onlyTheThreadInsideLeaves() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        try (Attachment inside = task.attach()) {
            assertThat(Actor.run("other", inside::close).failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("only by the thread that is in it");
            assertThat(Task.current()).isSameAs(task);
        }
    }

    @Test
    void endsWhenTheThreadInsideLeaves() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        Attachment inside = task.attach();
        hooked(task, "hook");

        assertThat(Actor.start("ender", task::end).result()).isTrue();
        assertThat(task.state()).isEqualTo(TaskState.ENDING);
        assertThat(task.isActive()).isFalse();
        assertThat(told).containsExactly("hook ending");

        inside.close();
        assertThat(task.state()).isEqualTo(TaskState.ENDED);
        assertThat(told).containsExactly("hook ending", "hook ended");
    }

    @Test
    void endsAtOnceWhenTheThreadInsideIsDead() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        Actor.runAndDie("mortal", task::attach);

        assertThat(task.state()).isEqualTo(TaskState.ACTIVE);
        assertThat(task.end()).isTrue();
        assertThat(task.state()).isEqualTo(TaskState.ENDED);
    }

    @Test
    void anEndingTaskEndsWhenItsThreadDies() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        CountDownLatch attached = new CountDownLatch(1);
        CountDownLatch die = new CountDownLatch(1);
        Actor<Void> mortal = Actor.run("mortal", () -> {
            task.attach();
            attached.countDown();
            die.await();
        });
        Actor.awaitUntil(() -> attached.getCount() == 0, () -> "the attachment");
        Exception failure = new Exception();
        task.end(failure);
        assertThat(task.endIfDead()).isFalse();

        die.countDown();
        Actor.awaitUntil(() -> !mortal.thread().isAlive(), () -> "death");
        assertThat(task.endIfDead()).isTrue();
        assertThat(task.ended().failure()).isSameAs(failure);
        assertThat(task.ended().cause()).isEqualTo(TaskEnd.Cause.TOLD);
    }

    @Test
    void aThreadsOwnTaskEndsWithTheThread() {
        AtomicReference<Task> implicit = new AtomicReference<>();
        Actor.runAndDie("mortal", () -> {
            implicit.set(Task.current());
            assertThat(Task.current()).isSameAs(implicit.get());
            assertThat(implicit.get().endIfDead()).isFalse();
            assertThatThrownBy(implicit.get()::end).isInstanceOf(IllegalStateException.class);
        });

        assertThat(implicit.get().kind()).isEqualTo(TaskKind.THREAD);
        assertThat(implicit.get().name()).isEqualTo("mortal");
        assertThat(implicit.get().endIfDead()).isTrue();
        assertThat(implicit.get().ended().cause()).isEqualTo(TaskEnd.Cause.THREAD_DIED);
        assertThatIllegalArgumentException().isThrownBy(() -> Task.start("a", TaskKind.THREAD));
    }

    @Test
    void aMissedEndIsFoundByAskingAndTheLeftoverIsDropped() {
        boolean[] gone = {false};
        Task below = Task.start("below", TaskKind.CUSTOM);
        Task missed = Task.start("missed", TaskKind.REQUEST, inside -> {
            assertThat(inside).isSameAs(Thread.currentThread());
            return gone[0];
        });
        try (Attachment ignored = below.attach()) {
            Attachment leftover = missed.attach();
            hooked(missed, "hook");
            assertThat(missed.endIfGone()).isFalse();

            gone[0] = true;
            assertThat(missed.endIfDead()).isFalse();
            assertThat(missed.endIfGone()).isTrue();

            assertThat(missed.ended().cause()).isEqualTo(TaskEnd.Cause.MISSED);
            assertThat(told).containsExactly("hook ended");
            assertThat(Task.current()).isSameAs(below);
            leftover.close();
            assertThat(Task.current()).isSameAs(below);
        }
    }

    @Test
    void hooksRunInTheOrderTheyWereAddedAndOneThatThrowsHarmsNoOther() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        try (Attachment ignored = task.attach()) {
            hooked(task, "one");
            task.add(new ExitHook() {
                @Override
                protected void onEnded(Task task, TaskEnd end) {
                    throw new StackOverflowError("on purpose");
                }
            });
            hooked(task, "three");
        }
        task.end();
        assertThat(told).containsExactly("one ended", "three ended");
    }

    @Test
    void removedHooksAreNotTold() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        try (Attachment ignored = task.attach()) {
            Recorder oldest = hooked(task, "oldest");
            Recorder middle = hooked(task, "middle");
            hooked(task, "kept");
            Recorder strayOne = hooked(task, "stray");
            Recorder newest = hooked(task, "newest");
            task.remove(middle);
            task.remove(newest);
            task.remove(oldest);
            Actor.run("other", () -> task.remove(strayOne)).result();
            hooked(task, "last");
            Recorder strayAtTheEnd = hooked(task, "another stray");
            Actor.run("other", () -> task.remove(strayAtTheEnd)).result();
        }
        task.end();
        assertThat(told).containsExactly("kept ended", "last ended");
    }

    @Test
    void theHookListKeepsNothingOfWhatWasRemovedHandOverHand() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        try (Attachment ignored = task.attach()) {
            Recorder previous = hooked(task, "0");
            for (int i = 1; i <= 1_000; i++) {
                Recorder next = hooked(task, "" + i);
                task.remove(previous);
                assertThat(next.older).isNull();
                previous = next;
            }
        }
        task.end();
        assertThat(told).containsExactly("1000 ended");
    }

    @Test
    void runInTaskIsNestedAndEndsWithItsFailure() {
        Task outer = Task.current();
        AtomicReference<Task> seen = new AtomicReference<>();
        assertThatThrownBy(() -> Task.runInTask("inner", () -> {
                    seen.set(Task.current());
                    assertThat(Task.current().isNestedIn(outer)).isTrue();
                    Task.runInTask("innermost", () -> {
                        assertThat(Task.current().isNestedIn(outer)).isTrue();
                        assertThat(Task.current().info().parent()).contains("inner");
                        return null;
                    });
                    throw new java.io.IOException("on purpose");
                }))
                .isInstanceOf(java.io.IOException.class);

        assertThat(Task.current()).isSameAs(outer);
        assertThat(outer.isNestedIn(seen.get())).isFalse();
        assertThat(seen.get().state()).isEqualTo(TaskState.ENDED);
        assertThat(seen.get().ended().failure()).hasMessage("on purpose");
    }

    @Test
    void aStartedTaskIsNotNestedAndNamesItsParent() {
        String parent = Task.runInTask("parent", () -> {
            Task beside = Task.start("beside", TaskKind.ASYNC);
            assertThat(beside.isNestedIn(Task.current())).isFalse();
            return beside.info().parent();
        });
        assertThat(parent).contains("'parent'");
        Task.current();
        assertThat(Task.start("orphan", TaskKind.ASYNC).info().parent()).isNull();
    }

    @Test
    void askingWhetherThereIsACurrentTaskMakesNone() throws Exception {
        Actor<Boolean> asked = Actor.start("asked", () -> {
            long before = Task.start("before", TaskKind.CUSTOM).id();
            boolean has = Task.hasCurrent();
            assertThat(Task.start("after", TaskKind.CUSTOM).id()).isEqualTo(before + 1);
            Task own = Task.current();
            return has || own.kind() != TaskKind.THREAD || Task.hasCurrent();
        });
        assertThat(asked.result()).isFalse();
        assertThat(Task.<Boolean, RuntimeException>runInTask("a", Task::hasCurrent))
                .isTrue();
    }

    @Test
    void runBesideIsAStrangerToWhatTheThreadIsInAndEndsWithItsFailure() {
        Task outer = Task.start("outer", TaskKind.REQUEST);
        AtomicReference<Task> ran = new AtomicReference<>();
        Exception failure = new java.io.IOException("lost");

        try (Attachment ignored = outer.attach()) {
            assertThatThrownBy(() -> Task.<Object, Exception>runBeside("beside", TaskKind.MESSAGE, () -> {
                        ran.set(Task.current());
                        throw failure;
                    }))
                    .isSameAs(failure);
            assertThat(Task.current()).isSameAs(outer);
        }

        assertThat(ran.get().isNestedIn(outer)).isFalse();
        assertThat(ran.get().info().kind()).isEqualTo(TaskKind.MESSAGE);
        assertThat(ran.get().info().parent()).isEqualTo(outer.label());
        assertThat(ran.get().ended().failure()).isSameAs(failure);
        assertThatIllegalArgumentException().isThrownBy(() -> Task.runBeside("own", TaskKind.THREAD, () -> ""));
    }

    @Test
    void theInfoIsTheStoryOfTheTask() {
        Task task = Task.start("GET /", TaskKind.REQUEST);
        assertThat(task.info().thread()).isNull();
        assertThat(task.info().traceId()).isNull();
        task.rename("GET /orders/{id}");
        Actor.run("worker", () -> task.attach().close()).result();

        assertThat(task.info().name()).isEqualTo("GET /orders/{id}");
        assertThat(task.info().thread()).isEqualTo("worker");
        assertThat(task.info().ended()).isNull();
        assertThat(task.label()).isEqualTo("REQUEST #" + task.id() + " 'GET /orders/{id}'");
        assertThat(task.info().label()).isEqualTo(task.label()).isEqualTo(task.toString());
    }

    @Test
    void hooksAreToldWhenAThreadComesOrGoes() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        List<Thread> inside = new ArrayList<>();
        try (Attachment ignored = task.attach()) {
            task.add(new ExitHook() {
                @Override
                protected void onMoved(Task moved) {
                    inside.add(moved.inside());
                    throw new IllegalStateException("on purpose: harms nobody");
                }

                @Override
                protected void onEnded(Task ended, TaskEnd end) {}
            });
        }
        Actor<Void> other = Actor.run("other", () -> task.attach().close());
        other.result();
        assertThat(inside).containsExactly(null, other.thread(), null);
    }

    /** Wherever the stack ends: who has not got in is not inside, and can try again. */
    @Test
    void aThreadThatRunsOutOfStackWhileItEntersIsNotInside() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        for (int i = 0; i < 50; i++) {
            Actor.start("deep", () -> {
                        Task none = Task.current();
                        dive(task);
                        assertThat(Task.current()).isSameAs(task);
                        assertThat(none.suspendedBy().task()).isSameAs(task);
                        none.suspendedBy().close();
                        return null;
                    })
                    .result();
            task.attach().close();
        }
    }

    /** Runs to the end of the stack, and on the way back enters until that goes well. */
    @SuppressWarnings("InfiniteRecursion") // the point of it
    private static void dive(Task task) {
        try {
            dive(task);
        } catch (StackOverflowError e) {
            task.attach();
        }
    }

    /** A watchdog may look at it after the thread has left it and before it has ended. */
    @Test
    void whatItsActionFailsWithIsKnownToWhoeverEndsItFirst() {
        AtomicReference<TaskEnd> told = new AtomicReference<>();
        IllegalStateException failure = new IllegalStateException("on purpose");
        assertThatThrownBy(() -> Task.runInTask("nested", () -> {
                    Task.current().add(new ExitHook() {
                        @Override
                        protected void onMoved(Task task) {
                            task.endIfGone();
                        }

                        @Override
                        protected void onEnded(Task task, TaskEnd end) {
                            told.set(end);
                        }
                    });
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(told.get().failure()).isSameAs(failure);
        assertThat(told.get().cause()).isEqualTo(TaskEnd.Cause.TOLD);
    }

    @Test
    void aHookThatIsRemovedTwiceTakesNoOtherWithIt() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        try (Attachment ignored = task.attach()) {
            hooked(task, "oldest");
            Recorder removed = hooked(task, "removed");
            task.remove(removed);
            hooked(task, "newest");
            task.remove(removed);
        }
        task.end();
        assertThat(told).containsExactly("oldest ended", "newest ended");
    }

    @Test
    void theTraceThatWasSaidFirstStays() {
        Task task = Task.start("a", TaskKind.CUSTOM);
        assertThat(task.traceId()).isNull();
        task.traceId("first");
        task.traceId("second");
        assertThat(task.traceId()).isEqualTo("first");
        assertThat(task.info().traceId()).isEqualTo("first");
    }
}
