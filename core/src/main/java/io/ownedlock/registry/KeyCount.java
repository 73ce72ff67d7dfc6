package io.ownedlock.registry;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many primitives of one name are kept, with or without a key, and whether there is room for another one.
 *
 * <p>A place is taken by compare-and-set, so of two who want the last one exactly one gets it. What exists already never asks:
 * it is {@linkplain #again counted} when it is wanted again, however many that makes.
 */
final class KeyCount {

    private final int atMost;
    private final AtomicInteger kept = new AtomicInteger();

    KeyCount(int atMost) {
        this.atMost = atMost;
    }

    int atMost() {
        return atMost;
    }

    int kept() {
        return kept.get();
    }

    boolean take() {
        for (int seen = kept.get(); seen < atMost; seen = kept.get()) {
            if (kept.compareAndSet(seen, seen + 1)) {
                return true;
            }
        }
        return false;
    }

    void again() {
        kept.incrementAndGet();
    }

    void giveBack() {
        kept.decrementAndGet();
    }
}
