package io.ownedlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.Overdue;
import io.ownedlock.sync.TaskLock;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Jetty does not tell that the client of an event stream has gone: who waits for a lock of that request hears it from the watchdog. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "owned-lock.locks.stream.hold-at-most=1s",
            "owned-lock.locks.stream.on-overdue=break-waiters",
            "owned-lock.watchdog.interval=10ms"
        })
@OnJetty
@ExtendWith(OutputCaptureExtension.class)
class SilentClientTest {

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    @Autowired
    private Told told;

    @Test
    void theOwnerIsOverdue(CapturedOutput output) throws Exception {
        TaskLock lock = registry.obtain("stream");
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoLinger(true, 0);
            socket.getOutputStream()
                    .write("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isPositive();
        }
        Streams.GONE.countDown();

        HttpResponse<String> waiter = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/wait"))
                                .build(),
                        BodyHandlers.ofString());

        assertThat(waiter.statusCode()).isEqualTo(503);
        assertThat(waiter.body()).contains("OWNER_OVERDUE");
        assertThat(lock.snapshot().owner()).isNotNull();
        Eventually.until("the event was sent", () -> !told.overdue.isEmpty());
        assertThat(told.overdue.get(0).owner().name()).isEqualTo("GET /stream");
        assertThat(output).contains("Lock stream is overdue: REQUEST #", "Lock stream was sealed");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Streams.class)
    static class Application {

        @Bean
        Told told() {
            return new Told();
        }
    }

    static final class Told implements LockListener {

        final List<Overdue> overdue = new CopyOnWriteArrayList<>();

        @Override
        public void overdue(Overdue event) {
            overdue.add(event);
        }
    }

    @RestController
    static class Streams {

        static final CountDownLatch GONE = new CountDownLatch(1);

        private final LockRegistry registry;

        Streams(LockRegistry registry) {
            this.registry = registry;
        }

        @GetMapping("/stream")
        SseEmitter stream() {
            registry.obtain("stream").lock();
            SseEmitter emitter = new SseEmitter(0L);
            Scenarios.beside(() -> {
                try {
                    emitter.send("one");
                    Scenarios.await(GONE);
                    while (true) {
                        emitter.send("x".repeat(1 << 16));
                    }
                } catch (IOException | IllegalStateException gone) {
                    // Nobody completes the emitter: that is for the server to tell.
                }
            });
            return emitter;
        }

        @GetMapping("/wait")
        void waitFor() {
            registry.obtain("stream").acquire().close();
        }
    }
}
