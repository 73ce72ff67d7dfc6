package io.ownedlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.json.JsonMapper;

/** What clients are told, over the wire. */
@SpringBootTest(classes = LockProblemsTest.Application.class, webEnvironment = WebEnvironment.RANDOM_PORT)
class LockProblemsTest {

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    private final HttpClient client = HttpClient.newHttpClient();

    /** A new order for each test. */
    private String order;

    @BeforeEach
    void newOrder() {
        order = "/orders/"
                + Task.start("a number never used before", TaskKind.CUSTOM).id();
    }

    @Test
    void whoWaitsForARequestThatLeaksIsToldAtOnce() throws Exception {
        HttpResponse<String> answer = waitFor(order + "/leak");

        isProblem(answer, 503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(json(answer))
                .containsOnlyKeys("type", "title", "status", "detail", "instance", "lock", "reason", "incident")
                .contains(
                        entry("type", "urn:ownedlock:problem:broken"),
                        entry("title", "Lock broken"),
                        entry("detail", "The task that held lock 'order' ended without releasing it."),
                        entry("lock", "order"),
                        entry("reason", "OWNER_ENDED"));
        assertThat((String) json(answer).get("incident")).matches("[0-9a-f]{8}");
    }

    @Test
    void whoWaitsForAnAsynchronousRequestThatLeaksIsToldWhenThatIsComplete() throws Exception {
        HttpResponse<String> answer = waitFor(order + "/leak-async");

        isProblem(answer, 503);
        assertThat(json(answer)).containsEntry("type", "urn:ownedlock:problem:broken");
    }

    @Test
    void whoWaitedTooLongIsToldSo() throws Exception {
        hold();

        HttpResponse<String> answer = get(order + "/impatient").get();

        isProblem(answer, 423);
        assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
        assertThat(json(answer))
                .containsOnlyKeys("type", "title", "status", "detail", "instance", "lock", "reason")
                .contains(entry("type", "urn:ownedlock:problem:wait-too-long"), entry("reason", "TIMED_OUT"));
    }

    @Test
    void whoIsInterruptedIsToldSo() throws Exception {
        HttpResponse<String> answer = get(order + "/interrupted").get();

        isProblem(answer, 503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(json(answer)).contains(entry("type", "urn:ownedlock:problem:interrupted"));
    }

    @Test
    void whoIsRefusedIsToldSo() throws Exception {
        HttpResponse<String> answer = get(order + "/refused").get();

        isProblem(answer, 503);
        assertThat(json(answer)).contains(entry("type", "urn:ownedlock:problem:refused"));
    }

    @Test
    void whoWouldWaitForItselfIsToldSo() throws Exception {
        HttpResponse<String> answer = get(order + "/deadlock").get();

        isProblem(answer, 503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(json(answer))
                .containsOnlyKeys("type", "title", "status", "detail", "instance", "lock", "reason")
                .contains(entry("type", "urn:ownedlock:problem:deadlock"), entry("reason", "DEADLOCK"));
    }

    @Test
    void whoWaitsForAnOwnerThatWillNotLetGoIsToldSo() throws Exception {
        TaskLock lock = registry.obtain("order", order.substring("/orders/".length()));
        assertThat(lock.tryLock()).isTrue();
        lock.breakWaiters();

        HttpResponse<String> answer = get(order).get();

        isProblem(answer, 503);
        assertThat(json(answer))
                .contains(
                        entry("type", "urn:ownedlock:problem:broken"),
                        entry("reason", "OPERATOR"),
                        entry(
                                "detail",
                                "The task that holds lock 'order' does not release it, and nobody is served until it"
                                        + " does."));
        lock.unlock();
    }

    @Test
    void aBrowserIsToldTheSame() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(order + "/refused"))
                .header("Accept", "text/html")
                .build();

        isProblem(client.send(request, BodyHandlers.ofString()), 503);
    }

    @Test
    void anExceptionWithAStatusOfItsOwnKeepsIt() throws Exception {
        assertThat(get(order + "/wrapped").get().statusCode()).isEqualTo(409);
    }

    @Test
    void anExceptionHandlerOfTheApplicationWins() throws Exception {
        HttpResponse<String> answer = get(order + "/handled").get();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("handled by the application");
    }

    @Nested
    @TestPropertySource(properties = "owned-lock.web.problem.include-details=always")
    class WithDetails {

        @Test
        void theOwnerIsNamed() throws Exception {
            Instant before = Instant.now();

            Map<String, Object> problem = json(waitFor(order + "/leak"));

            assertThat(problem).containsEntry("key", order.substring("/orders/".length()));
            assertThat(problem.get("owner"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsOnlyKeys("id", "name", "kind", "thread", "traceId")
                    .containsEntry("name", "POST /orders/{id}/leak")
                    .containsEntry("kind", "REQUEST");
            assertThat(Instant.parse((String) problem.get("acquiredAt")))
                    .isBetween(before, Instant.parse((String) problem.get("brokenAt")));
        }

        @Test
        void theOwnerOfAnAsynchronousRequestIsNamed() throws Exception {
            assertThat(json(waitFor(order + "/leak-async")).get("owner"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsEntry("name", "POST /orders/{id}/leak-async");
        }

        @Test
        void theLivingOwnerIsNamed() throws Exception {
            hold();

            Map<String, Object> problem = json(get(order + "/impatient").get());

            assertThat(problem).containsEntry("waited", "PT0.001S").containsKeys("key", "acquiredAt");
            assertThat(problem.get("owner"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsOnlyKeys("id", "name", "kind", "thread")
                    .containsEntry("kind", "THREAD");
        }
    }

    @Nested
    @TestPropertySource(
            properties = {
                "owned-lock.web.problem.retry-after=1500ms",
                "owned-lock.web.problem.type-base=https://example.org/problems#"
            })
    class InAStyleOfTheApplication {

        @Test
        void theTypesLeadToItsOwnPagesAndClientsComeBackWhenItSays() throws Exception {
            HttpResponse<String> answer = get(order + "/refused").get();

            assertThat(json(answer)).containsEntry("type", "https://example.org/problems#refused");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("2");
        }
    }

    @Nested
    @Import(CatchAll.class)
    class WithAnAdviceForEverything {

        @Test
        void theAdviceWins() throws Exception {
            assertThat(get(order + "/refused").get().body()).isEqualTo("caught by the advice");
        }
    }

    @Nested
    @TestPropertySource(properties = "owned-lock.web.problem.enabled=false")
    class TurnedOff {

        @Test
        void failuresAreLikeAnyOther() throws Exception {
            assertThat(get(order + "/refused").get().statusCode()).isEqualTo(500);
        }
    }

    private void hold() {
        TaskLock lock = registry.obtain("order", order.substring("/orders/".length()));
        assertThat(lock.tryLock()).isTrue();
    }

    /** The answer to a request that waits for the lock while the owner, at the other path, ends and keeps it. */
    private HttpResponse<String> waitFor(String owner) throws Exception {
        TaskLock lock = registry.obtain("order", order.substring("/orders/".length()));
        HttpRequest request =
                HttpRequest.newBuilder(uri(owner)).POST(BodyPublishers.noBody()).build();
        CompletableFuture<HttpResponse<String>> owned = client.sendAsync(request, BodyHandlers.ofString());
        Eventually.until("the owner has the lock", () -> lock.snapshot().owner() != null);
        HttpResponse<String> answer = get(order).get();
        assertThat(owned.get().statusCode()).isEqualTo(200);
        return answer;
    }

    private CompletableFuture<HttpResponse<String>> get(String path) {
        return client.sendAsync(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    private static void isProblem(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json(answer)).containsEntry("status", status);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> json(HttpResponse<String> answer) {
        return JsonMapper.shared().readValue(answer.body(), Map.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Orders.class, Handled.class})
    static class Application {}

    @RestController
    @RequestMapping("/orders/{id}")
    static class Orders {

        private final LockRegistry registry;

        Orders(LockRegistry registry) {
            this.registry = registry;
        }

        private TaskLock lock(String id) {
            return registry.obtain("order", id);
        }

        @PostMapping("leak")
        void leak(@PathVariable String id) {
            TaskLock lock = lock(id);
            lock.lock();
            Eventually.until("somebody waits", () -> lock.waiting() == 1);
        }

        @PostMapping("leak-async")
        DeferredResult<String> leakAsync(@PathVariable String id) {
            TaskLock lock = lock(id);
            lock.lock();
            DeferredResult<String> result = new DeferredResult<>();
            Scenarios.beside(() -> {
                Eventually.until("somebody waits", () -> lock.waiting() == 1);
                result.setResult("done");
            });
            return result;
        }

        @GetMapping
        void take(@PathVariable String id) {
            try (Hold hold = lock(id).acquire()) {
                assertThat(hold.predecessorAbandoned()).isFalse();
            }
        }

        @GetMapping("impatient")
        void takeSoon(@PathVariable String id) {
            lock(id).acquire(Duration.ofMillis(1)).close();
        }

        @GetMapping("interrupted")
        void interrupted(@PathVariable String id) {
            Thread.currentThread().interrupt();
            take(id);
        }

        @GetMapping("refused")
        void refused(@PathVariable String id) {
            Task.current().end();
            take(id);
        }

        /** In a task of its own, it waits for the lock of the one beneath, which cannot go on meanwhile. */
        @GetMapping("deadlock")
        void waitForMyself(@PathVariable String id) {
            lock(id).lock();
            Task beside = Task.start("beside", TaskKind.CUSTOM);
            try (Attachment ignored = beside.attach()) {
                take(id);
            } finally {
                beside.end();
            }
        }

        @GetMapping("wrapped")
        void wrapped(@PathVariable String id) {
            try {
                refused(id);
            } catch (LockNotAcquiredException e) {
                throw new ResponseStatusException(HttpStatus.CONFLICT, "told on purpose", e);
            }
        }
    }

    @RestController
    static class Handled {

        private final Orders orders;

        Handled(Orders orders) {
            this.orders = orders;
        }

        @GetMapping("/orders/{id}/handled")
        void refused(@PathVariable String id) {
            orders.refused(id);
        }

        @ExceptionHandler
        String handle(LockNotAcquiredException e) {
            return "handled by the application";
        }
    }

    @RestControllerAdvice
    static class CatchAll {

        @ExceptionHandler
        String handle(Exception e) {
            return "caught by the advice";
        }
    }
}
