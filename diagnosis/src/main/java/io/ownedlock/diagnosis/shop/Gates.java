package io.ownedlock.diagnosis.shop;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Where a bug stops until it may happen: whoever looks at an incident first lets others come to wait. Stands for slow work. A gate
 * that is open stays open.
 */
@RestController
class Gates {

    private static final int PATIENCE_SECONDS = 120;

    private final ConcurrentMap<String, CountDownLatch> gates = new ConcurrentHashMap<>();

    @PostMapping("/gates/{name}/open")
    void open(@PathVariable String name) {
        gate(name).countDown();
    }

    void pass(String name) {
        try {
            if (!gate(name).await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Nobody has opened the gate " + name);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private CountDownLatch gate(String name) {
        return gates.computeIfAbsent(name, absent -> new CountDownLatch(1));
    }
}
