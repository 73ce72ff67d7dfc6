package io.ownedlock.park;

import org.jspecify.annotations.Nullable;

/** The linked list of a lot. Changed under the lot's monitor only; {@link #head} and {@link #size} are also read without it. */
@SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time: the monitor
final class WaitQueue {

    private volatile @Nullable Waiter head;
    private @Nullable Waiter tail;
    private volatile int size;

    @Nullable Waiter head() {
        return head;
    }

    int size() {
        return size;
    }

    void add(Waiter waiter, boolean ahead) {
        Waiter after = ahead ? firstNotAhead() : null;
        Waiter before = after == null ? tail : after.previous;
        waiter.ahead = ahead;
        waiter.previous = before;
        waiter.next = after;
        if (before == null) {
            head = waiter;
        } else {
            before.next = waiter;
        }
        if (after == null) {
            tail = waiter;
        } else {
            after.previous = waiter;
        }
        size = size + 1;
    }

    private @Nullable Waiter firstNotAhead() {
        Waiter waiter = head;
        while (waiter != null && waiter.ahead) {
            waiter = waiter.next;
        }
        return waiter;
    }

    void unlink(Waiter waiter) {
        Waiter before = waiter.previous;
        Waiter after = waiter.next;
        if (before == null) {
            head = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            tail = before;
        } else {
            after.previous = before;
        }
        size = size - 1;
        waiter.forget();
    }

    /**
     * Takes the first ones out, decided.
     *
     * @return the chain of them; {@code null} if there are none
     */
    @Nullable Waiter cut(int count, Object decision) {
        Waiter first = head;
        Waiter last = null;
        Waiter next = first;
        int left = size;
        for (int i = 0; i < count && next != null; i++) {
            next.decide(decision);
            last = next;
            next = next.next;
            left--;
        }
        if (last == null) {
            return null;
        }
        last.next = null;
        head = next;
        if (next == null) {
            tail = null;
        } else {
            next.previous = null;
        }
        size = left;
        return first;
    }

    /** Moves the first ones to the end of another queue, or of this one, in order and still asleep. */
    void move(int count, WaitQueue target, ParkingLot targetLot) {
        for (int i = Math.min(count, size); i > 0; i--) {
            Waiter waiter = head;
            if (waiter != null) {
                unlink(waiter);
                target.add(waiter, false);
                // Never null in between: that would look decided.
                waiter.lot = targetLot;
            }
        }
    }
}
