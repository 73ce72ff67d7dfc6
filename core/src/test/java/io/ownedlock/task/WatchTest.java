package io.ownedlock.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.testing.Actor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Hooks that anybody adds to a task, from outside. */
class WatchTest {

    private final Task task = Task.start("task", TaskKind.REQUEST);
    private final List<String> ran = new ArrayList<>();

    private ExitHook hook(String name) {
        return new ExitHook() {

            @Override
            protected void onEnding(Task ending) {
                ran.add(name + " ending");
            }

            @Override
            protected void onEnded(Task ended, TaskEnd end) {
                ran.add(name);
                if (name.startsWith("bad")) {
                    throw new IllegalStateException("on purpose");
                }
            }

            @Override
            public String toString() {
                if (name.equals("bad, and nameless")) {
                    throw new NoClassDefFoundError("on purpose");
                }
                return name;
            }
        };
    }

    @Test
    void runInTheOrderInWhichTheyWereAddedAfterTheTasksOwn() {
        assertThat(task.watch(hook("a"))).isTrue();
        try (Attachment inside = task.attach()) {
            task.add(hook("own"));
        }
        assertThat(task.watch(hook("bad"))).isTrue();
        assertThat(task.watch(hook("c"))).isTrue();
        task.end();
        assertThat(ran).containsExactly("own", "a", "bad", "c");
    }

    /** What cannot even be said harms nobody: as when a class that is needed for that was struck while it was initialised. */
    @Test
    void aFailureThatCannotBeLoggedKeepsNobodyFromBeingTold() {
        task.watch(hook("bad, and nameless"));
        task.watch(hook("c"));
        task.end();
        assertThat(ran).containsExactly("bad, and nameless", "c");
    }

    @Test
    void oneIsTakenBack() {
        ExitHook[] hooks = {hook("a"), hook("b"), hook("c")};
        for (ExitHook hook : hooks) {
            task.watch(hook);
        }
        assertThat(task.unwatch(hooks[1])).isTrue();
        assertThat(task.unwatch(hooks[1])).isFalse();
        assertThat(task.unwatch(hook("stranger"))).isFalse();
        task.end();
        assertThat(ran).containsExactly("a", "c");
        assertThat(task.unwatch(hooks[0])).isFalse();
    }

    @Test
    void anEndedTaskIsNotWatched() {
        task.end();
        assertThat(task.watch(hook("late"))).isFalse();
        assertThat(ran).isEmpty();
    }

    @Test
    void areToldOfATaskThatIsEnding() {
        try (Attachment inside = task.attach()) {
            task.watch(hook("a"));
            task.end();
            assertThat(task.watch(hook("b"))).as("not over yet").isTrue();
            assertThat(ran).containsExactly("a ending");
        }
        assertThat(ran).containsExactly("a ending", "a", "b");
    }

    @Test
    void oneAddedWhileTheEndRunsIsRefused() {
        boolean[] added = {true};
        task.watch(new ExitHook() {
            @Override
            protected void onEnded(Task ended, TaskEnd end) {
                added[0] = task.watch(hook("late"));
            }
        });
        task.end();
        assertThat(added[0]).isFalse();
        assertThat(ran).isEmpty();
    }

    /** Whatever the order: who was told that its hook is added finds that it has run, and nobody else's has. */
    @Test
    void addedOrOverAndNothingInBetween() {
        for (int round = 0; round < 2_000; round++) {
            Task ending = Task.start("ending", TaskKind.REQUEST);
            AtomicInteger runs = new AtomicInteger();
            CountDownLatch together = new CountDownLatch(1);
            Actor<Integer> adder = Actor.start("adder", () -> {
                together.await();
                int added = 0;
                while (ending.watch(new ExitHook() {
                    @Override
                    protected void onEnded(Task ended, TaskEnd end) {
                        runs.incrementAndGet();
                    }
                })) {
                    added++;
                }
                return added;
            });
            together.countDown();
            ending.end();
            assertThat(adder.result()).isEqualTo(runs.get());
        }
    }
}
