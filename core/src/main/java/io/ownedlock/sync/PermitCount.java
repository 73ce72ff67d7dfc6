package io.ownedlock.sync;

/**
 * The arithmetic of a {@link PermitPool}: how many permits there are, and how many of them are out. It knows nobody by name. All
 * of it is guarded by the monitor of the pool's lot, and none of it does more than read and write these numbers.
 */
final class PermitCount {

    static final long UNBOUNDED = Long.MAX_VALUE;

    /** What {@link #total} was at first, which is what somebody would get who made the pool anew. */
    private final long initial;

    /** How many permits there are; a semaphore's does not change, see {@link #out}. */
    private long total;

    /** How many more than that are not to exist; a limiter's is its total. */
    private long maximum;

    /** How many permits are out. Negative if more were released than taken, and more than the total if that was lowered. */
    private long out;

    /** How many of those have an owner. */
    private int owned;

    PermitCount(long total, long maximum) {
        this.initial = total;
        this.total = total;
        this.maximum = maximum;
    }

    boolean isAnyFree() {
        return total - out > 0;
    }

    /** One goes to an owner. */
    void take() {
        out++;
        owned++;
    }

    /** One loses its owner, and comes back or stays out. */
    void leave(boolean comesBack) {
        owned--;
        out -= comesBack ? 1 : 0;
    }

    /**
     * One permit more.
     *
     * @return {@code false} if there would be more than there may be
     */
    boolean add() {
        if (maximum != UNBOUNDED && total - out + owned >= maximum) {
            return false;
        }
        out--;
        return true;
    }

    /** Another number of permits in all. */
    void resize(long newTotal) {
        total = newTotal;
        maximum = newTotal;
    }

    /** How many are free, fewer than none if they were made fewer than are out. */
    long available() {
        return total == UNBOUNDED ? UNBOUNDED : total - out;
    }

    long out() {
        return out;
    }

    long total() {
        return total;
    }

    long maximum() {
        return maximum;
    }

    /** Whether it is all as it was at first. */
    boolean isAsMade() {
        return out == 0 && owned == 0 && total == initial;
    }
}
