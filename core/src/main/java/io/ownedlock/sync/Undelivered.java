package io.ownedlock.sync;

import io.ownedlock.task.Headroom;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * News for futures that could not be told for want of memory, until there is some again: nobody else comes back to a future that is
 * out of its line. Whoever has news has made the place for it before, so that keeping it takes no memory.
 */
final class Undelivered {

    /** One future's news, told by whoever runs it first; in the list at most once at a time. */
    abstract static class News implements Runnable {

        private final Undelivered undelivered;
        private final AtomicBoolean underway = new AtomicBoolean();
        private @Nullable News older;
        private boolean kept;

        /**
         * Makes the place for it.
         *
         * @param undelivered where it is kept as long as it cannot be told
         */
        News(Undelivered undelivered) {
            this.undelivered = undelivered;
        }

        /** Tells the future, by one thread at a time; again if an error struck it before the future was done. */
        abstract void tell();

        /** Whether the future is done. */
        abstract boolean isTold();

        @Override
        public final void run() {
            if (!underway.compareAndSet(false, true)) {
                return;
            }
            try {
                tell();
            } finally {
                if (!isTold()) {
                    underway.set(false);
                    undelivered.keep(this);
                }
            }
        }

        /**
         * Has an executor run it, which may be shut down, have no thread, or fail in a user's decorator. Who calls this has others to
         * wake, so it never throws.
         */
        final void runBy(Executor executor) {
            try {
                executor.execute(this);
            } catch (RuntimeException | Error unwilling) {
                runElsewhere();
            }
        }

        private void runElsewhere() {
            try {
                // That pool never has a thread again if the stack ends as it makes one.
                Headroom.require();
                ForkJoinPool.commonPool().execute(this);
            } catch (RuntimeException | Error noThread) {
                runHere();
            }
        }

        private void runHere() {
            try {
                run();
            } catch (VirtualMachineError noRoom) {
                // It is kept.
            }
        }
    }

    private @Nullable News latest;

    /** A monitor, since the first use of a handle may need memory, and this may be the first. */
    synchronized void keep(News news) {
        if (!news.kept) {
            news.kept = true;
            news.older = latest;
            latest = news;
        }
    }

    private synchronized @Nullable News take() {
        News news = latest;
        if (news != null) {
            latest = news.older;
            news.older = null;
            news.kept = false;
        }
        return news;
    }

    /**
     * Tries again to tell all of it; what cannot be told yet is kept, and ends this. For a watchdog.
     *
     * @throws OutOfMemoryError if there is still no memory
     */
    void tell() {
        for (News news = take(); news != null; news = take()) {
            news.run();
        }
    }
}
