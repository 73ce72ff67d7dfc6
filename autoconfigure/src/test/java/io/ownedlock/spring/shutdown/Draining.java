package io.ownedlock.spring.shutdown;

import io.ownedlock.registry.LockRegistry;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** An application of its own process, for {@link SigtermTest}: of two requests, one is done when the shutdown begins, one never. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@RestController
class Draining {

    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final LockRegistry registry;

    Draining(LockRegistry registry) {
        this.registry = registry;
    }

    public static void main(String[] args) {
        ServletWebServerApplicationContext context =
                (ServletWebServerApplicationContext) SpringApplication.run(Draining.class, args);
        System.out.println("port " + context.getWebServer().getPort());
    }

    @EventListener
    void on(ContextClosedEvent event) {
        closing.countDown();
    }

    @GetMapping("/until-closing/{key}")
    String untilClosing(@PathVariable String key) throws InterruptedException {
        return hold(key, closing);
    }

    @GetMapping("/for-ever/{key}")
    String forEver(@PathVariable String key) throws InterruptedException {
        return hold(key, never);
    }

    private String hold(String key, CountDownLatch end) throws InterruptedException {
        return registry.<String, InterruptedException>executeLocked("order", key, () -> {
            end.await();
            return "done";
        });
    }

    @GetMapping("/take/{key}")
    String take(@PathVariable String key) {
        return registry.<String, RuntimeException>executeLocked("order", key, () -> "served");
    }

    @GetMapping("/state")
    String state() {
        return registry.snapshot().stream()
                .filter(seen -> !seen.holds().isEmpty())
                .map(seen -> seen.lock() + " " + seen.waiting().size())
                .sorted()
                .toList()
                .toString();
    }
}
