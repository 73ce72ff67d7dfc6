package io.ownedlock.sync;

import org.jspecify.annotations.Nullable;

/**
 * News for futures that could not be told for want of memory, until there is some again: nobody else comes back to a future that is
 * out of its line. Whoever has news has made the place for it before, so that keeping it takes no memory.
 */
final class Undelivered {

    /** One future's news; in the list at most once at a time. */
    static final class News {

        private final Runnable teller;
        private @Nullable News older;
        private boolean kept;

        /**
         * Makes the place for it.
         *
         * @param teller tells it, or keeps it again
         */
        News(Runnable teller) {
            this.teller = teller;
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
            news.teller.run();
        }
    }
}
