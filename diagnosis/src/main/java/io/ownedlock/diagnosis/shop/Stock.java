package io.ownedlock.diagnosis.shop;

import java.util.concurrent.locks.Lock;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The dead thread: one outside of any request takes a lock, and dies with it. */
@RestController
class Stock {

    private final Locks locks;
    private final Gates gates;

    Stock(Locks locks, Gates gates) {
        this.locks = locks;
        this.gates = gates;
    }

    @PostMapping("/stock/{item}/import")
    @ResponseStatus(HttpStatus.ACCEPTED)
    String startImport(@PathVariable String item) {
        Thread thread = new Thread(() -> importDeliveries(item), "stock-import");
        thread.setDaemon(true);
        thread.start();
        return "started";
    }

    /** The bug: no {@code finally}. */
    private void importDeliveries(String item) {
        Lock lock = locks.obtain("stock", item);
        lock.lock();
        readDeliveries(item);
        lock.unlock();
    }

    private void readDeliveries(String item) {
        gates.pass("import");
        throw new IllegalStateException("A delivery of item " + item + " has no quantity");
    }

    @PostMapping("/stock/{item}/reserve")
    String reserve(@PathVariable String item) {
        Lock lock = locks.obtain("stock", item);
        lock.lock();
        try {
            return "reserved";
        } finally {
            lock.unlock();
        }
    }
}
