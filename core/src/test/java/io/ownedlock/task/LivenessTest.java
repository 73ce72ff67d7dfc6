package io.ownedlock.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.SynchronousQueue;
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
}
