package io.ownedlock.diagnosis.shop;

import java.util.concurrent.locks.Lock;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The overdue owner: it is alive, and holds its lock for too long. */
abstract class Builds {

    private final String name;
    private final Locks locks;
    private final Gates gates;

    Builds(String name, Locks locks, Gates gates) {
        this.name = name;
        this.locks = locks;
        this.gates = gates;
    }

    /** The bug: under the lock, it waits for somebody else without a timeout. */
    @PostMapping("/build")
    String build(@PathVariable String month) {
        Lock lock = locks.obtain(name, month);
        lock.lock();
        try {
            askTheWarehouse();
            return "built";
        } finally {
            lock.unlock();
        }
    }

    private void askTheWarehouse() {
        gates.pass("build-" + name);
    }

    @PostMapping("/send")
    String send(@PathVariable String month) {
        Lock lock = locks.obtain(name, month);
        lock.lock();
        try {
            return "sent";
        } finally {
            lock.unlock();
        }
    }

    /** Nobody is to wait for an overdue owner. */
    @RestController
    @RequestMapping("/reports/{month}")
    static class Reports extends Builds {

        Reports(Locks locks, Gates gates) {
            super("report", locks, gates);
        }
    }

    /** Where a warning is enough. */
    @RestController
    @RequestMapping("/archives/{month}")
    static class Archives extends Builds {

        Archives(Locks locks, Gates gates) {
            super("archive", locks, gates);
        }
    }
}
