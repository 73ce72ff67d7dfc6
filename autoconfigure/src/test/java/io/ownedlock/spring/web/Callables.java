package io.ownedlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** What a handler leaves to another thread is a task beside the request, whoever's thread that is. */
@SpringBootTest(
        classes = Callables.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "owned-lock.watchdog.interval=1ms",
            "owned-lock.defaults.ending-grace=1ms",
            "owned-lock.locks.patient.ending-grace=1m"
        })
abstract class Callables {

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    private final HttpClient client = HttpClient.newHttpClient();

    private final String key = UUID.randomUUID().toString();

    @Test
    void aCallableIsATaskOfItsOwnWithTheRequestAsItsParent() throws Exception {
        assertThat(get("/callable/").get().body()).startsWith("ASYNC").contains(" of REQUEST", "GET /callable/{key}");
    }

    @Test
    void theLocksOfTheRequestAreClosedToItsCallable() throws Exception {
        assertThat(get("/callable/").get().body()).endsWith("excluded");
    }

    @Test
    void aStreamedBodyIsATaskOfItsOwnToo() throws Exception {
        assertThat(get("/stream/").get().body())
                .startsWith("ASYNC")
                .contains(" of REQUEST")
                .endsWith("excluded");
    }

    @Test
    void aLockThatTheCallableLeavesBehindIsGivenUp() throws Exception {
        assertThat(get("/leak/").get().statusCode()).isEqualTo(500);

        TaskLock lock = lock();
        Eventually.until("the callable has left", () -> lock.snapshot().state() == LockState.FREE);
        assertThat(lock.snapshot().abandonment()).isNotNull();
        assertThat(lock.snapshot().abandonment().owner().kind()).isEqualTo(TaskKind.ASYNC);
    }

    @Test
    void whatItFailsWithIsWhatItsWaitersSee() {
        // Told to end before its thread has left: it is not to be stuck for that.
        TaskLock lock = registry.obtain("patient", key);
        get("/leak-to/");
        Eventually.until("the callable has the lock", () -> lock.snapshot().owner() != null);

        assertThatThrownBy(lock::lock).isInstanceOf(BrokenLockException.class).hasRootCauseMessage("thrown on purpose");
    }

    @Test
    void aCallableThatGoesOnAfterTheTimeoutKeepsItsLockAndItsWaitersAreTold() throws Exception {
        CountDownLatch leave = new CountDownLatch(1);
        Application.LEAVE.put(key, leave);
        TaskLock lock = lock();
        CompletableFuture<HttpResponse<String>> owner = get("/timeout/");
        Eventually.until("the callable has the lock", () -> lock.snapshot().owner() != null);

        HttpResponse<String> waiter = get("/wait/").get();

        assertThat(waiter.statusCode()).isEqualTo(503);
        assertThat(waiter.body()).contains("OWNER_STUCK");
        assertThat(owner.get().statusCode()).isEqualTo(503);
        assertThatThrownBy(lock::tryLock).isInstanceOf(BrokenLockException.class);
        assertThat(lock.snapshot().owner()).isNotNull();
        leave.countDown();
        Eventually.until("the callable has left", () -> lock.snapshot().state() == LockState.FREE);
        assertThat(lock.snapshot().abandonment().owner().kind()).isEqualTo(TaskKind.ASYNC);
        assertThat(get("/wait/").get().statusCode()).isEqualTo(200);
    }

    TaskLock lock() {
        return registry.obtain("seat", key);
    }

    CompletableFuture<HttpResponse<String>> get(String path) {
        URI uri = URI.create("http://localhost:" + port + path + key);
        return client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Seats.class)
    static class Application {

        static final ConcurrentHashMap<String, CountDownLatch> LEAVE = new ConcurrentHashMap<>();
    }

    @RestController
    static class Seats {

        private final LockRegistry registry;

        Seats(LockRegistry registry) {
            this.registry = registry;
        }

        @GetMapping("/callable/{key}")
        Callable<String> callable(@PathVariable String key) {
            TaskLock lock = registry.obtain("seat", key);
            lock.lock();
            return () -> report(lock);
        }

        @GetMapping("/stream/{key}")
        StreamingResponseBody stream(@PathVariable String key) {
            TaskLock lock = registry.obtain("seat", key);
            lock.lock();
            return out -> out.write(report(lock).getBytes(StandardCharsets.UTF_8));
        }

        private static String report(TaskLock lock) {
            Task task = Task.current();
            return task.kind() + " " + task.name() + " on "
                    + Thread.currentThread().getName() + " of " + task.info().parent() + ": "
                    + (lock.tryLock() ? "let in" : "excluded");
        }

        @GetMapping("/leak/{key}")
        Callable<String> leak(@PathVariable String key) {
            return () -> {
                registry.obtain("seat", key).lock();
                throw new IllegalStateException("thrown on purpose");
            };
        }

        @GetMapping("/leak-to/{key}")
        Callable<String> leakToWaiter(@PathVariable String key) {
            return () -> {
                TaskLock lock = registry.obtain("patient", key);
                lock.lock();
                Eventually.until("somebody waits", () -> lock.waiting() == 1);
                throw new IllegalStateException("thrown on purpose");
            };
        }

        @GetMapping("/timeout/{key}")
        WebAsyncTask<String> timeout(@PathVariable String key) {
            TaskLock lock = registry.obtain("seat", key);
            return new WebAsyncTask<>(300, () -> {
                lock.lock();
                Scenarios.await(Application.LEAVE.get(key));
                return "too late";
            });
        }

        @GetMapping("/wait/{key}")
        void waitFor(@PathVariable String key) {
            registry.obtain("seat", key).acquire().close();
        }
    }
}
