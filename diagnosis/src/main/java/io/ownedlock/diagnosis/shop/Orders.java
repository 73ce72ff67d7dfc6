package io.ownedlock.diagnosis.shop;

import java.util.concurrent.locks.Lock;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The leaked lock: a request takes it and never gives it back. */
@RestController
class Orders {

    private final Locks locks;
    private final Gates gates;

    Orders(Locks locks, Gates gates) {
        this.locks = locks;
        this.gates = gates;
    }

    /** The bug: what throws stands between the lock and the {@code try}. */
    @PostMapping("/orders/{id}/cancel")
    String cancel(@PathVariable String id) {
        Lock lock = locks.obtain("order", id);
        lock.lock();
        checkThatItIsNotShipped(id);
        try {
            return "cancelled";
        } finally {
            lock.unlock();
        }
    }

    private void checkThatItIsNotShipped(String id) {
        gates.pass("cancel");
        throw new IllegalStateException("Order " + id + " is on its way");
    }

    @PostMapping("/orders/{id}/ship")
    String ship(@PathVariable String id) {
        Lock lock = locks.obtain("order", id);
        lock.lock();
        try {
            return "shipped";
        } finally {
            lock.unlock();
        }
    }
}
