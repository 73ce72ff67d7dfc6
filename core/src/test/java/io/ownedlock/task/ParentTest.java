package io.ownedlock.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.testing.Actor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ParentTest {

    @AfterEach
    void nothingStaysOnTheThread() {
        Parent left = Parent.capture();
        Parent.forget();
        assertThat(left).isNull();
    }

    @Test
    void aThreadWithoutATaskIsNobodysParent() {
        assertThat(Parent.capture()).isNull();
        assertThat(Task.current().kind()).isEqualTo(TaskKind.THREAD);
        assertThat(Parent.capture()).isNull();
    }

    @Test
    void whatStartsOnTheOtherThreadIsAChildOfATaskThatMayBeOver() throws Exception {
        Task task = Task.start("GET /orders/{id}", TaskKind.REQUEST);
        Parent parent = captureIn(task);
        task.end();

        Actor<Task> other = Actor.start("other", () -> {
            parent.bring();
            return Task.start("child", TaskKind.ASYNC);
        });

        assertThat(other.result().info().parent()).isEqualTo(task.label());
        assertThat(other.result().isNestedIn(task)).isFalse();
        assertThat(other.result().isActive()).isTrue();
    }

    @Test
    void whatTheThreadIsInComesBeforeWhatItWasBrought() {
        Task brought = Task.start("brought", TaskKind.REQUEST);
        Task inside = Task.start("inside", TaskKind.REQUEST);
        Parent before = captureIn(brought);
        before.bring();
        try (Attachment ignored = inside.attach()) {
            assertThat(Parent.capture()).hasToString(inside.label());
        }
        assertThat(Parent.capture()).hasToString(brought.label());
        before.restore();
        assertThat(Parent.capture()).isNull();
    }

    @Test
    void restoringLeavesNoTraceOfTheTaskTheThreadWasIn() {
        Task inside = Task.start("inside", TaskKind.REQUEST);
        Parent other = captureIn(Task.start("other", TaskKind.REQUEST));
        try (Attachment ignored = inside.attach()) {
            Parent before = Parent.capture();
            other.bring();
            before.restore();
        }
        assertThat(Parent.capture()).isNull();
    }

    @Test
    void restoringBringsBackWhatWasBroughtBefore() {
        Parent first = captureIn(Task.start("first", TaskKind.REQUEST));
        Parent second = captureIn(Task.start("second", TaskKind.REQUEST));
        first.bring();
        Parent before = Parent.capture();
        second.bring();
        assertThat(Parent.capture()).hasToString(second.toString());
        before.restore();
        assertThat(Parent.capture()).hasToString(first.toString());
        Parent.forget();
    }

    private static Parent captureIn(Task task) {
        try (Attachment ignored = task.attach()) {
            return Parent.capture();
        }
    }
}
