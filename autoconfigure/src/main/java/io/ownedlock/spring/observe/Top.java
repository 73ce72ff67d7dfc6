package io.ownedlock.spring.observe;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The first few of many, in an order; keeps no more than these. */
final class Top<T> {

    private final int size;
    private final Comparator<? super T> order;
    private final PriorityQueue<T> lastFirst;

    Top(int size, Comparator<? super T> order) {
        this.size = size;
        this.order = order;
        this.lastFirst = new PriorityQueue<>(order.reversed());
    }

    void offer(T candidate) {
        // Of very many, most are none of the first.
        if (lastFirst.size() == size && order.compare(candidate, lastFirst.element()) >= 0) {
            return;
        }
        lastFirst.add(candidate);
        if (lastFirst.size() > size) {
            lastFirst.remove();
        }
    }

    /** In their order, without the first so many. */
    List<T> from(int skipped) {
        return lastFirst.stream().sorted(order).skip(skipped).toList();
    }
}
