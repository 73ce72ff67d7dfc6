package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/** An executor in the hands of the test, so it can stand between a decision and its news. */
final class News implements Executor {

    private final Queue<Runnable> pieces = new ArrayDeque<>();

    @Override
    public void execute(Runnable piece) {
        pieces.add(piece);
    }

    /** Runs what has been put off. */
    void tell() {
        for (Runnable piece = pieces.poll(); piece != null; piece = pieces.poll()) {
            piece.run();
        }
    }

    /** What the future has brought, without waiting for it: it must be there. */
    static Hold got(CompletableFuture<Hold> future) {
        assertThat(future.isDone()).as("told").isTrue();
        return future.join();
    }

    static Throwable failure(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        try {
            future.join();
            throw new AssertionError();
        } catch (CompletionException e) {
            return e.getCause();
        }
    }
}
