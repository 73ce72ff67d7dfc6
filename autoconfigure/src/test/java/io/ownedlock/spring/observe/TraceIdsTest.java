package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.Eventually;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockTracingAutoConfiguration;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** With a real tracer, over the wire. */
@SpringBootTest(
        classes = TraceIdsTest.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "owned-lock.web.problem.include-details=always",
            "management.endpoints.web.exposure.include=ownedlocks"
        })
@ExtendWith(OutputCaptureExtension.class)
class TraceIdsTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    @Autowired
    private Tracer tracer;

    @Autowired
    private Jobs jobs;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aRequestThatLeaksIsFoundByItsTrace(CapturedOutput output) throws Exception {
        TaskLock lock = registry.obtain("order");
        CompletableFuture<HttpResponse<String>> leaking =
                get("/leak", "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01");
        // Told just after it has got the lock.
        Eventually.until(
                "the owner has the lock and a trace",
                () -> lock.snapshot().owner() != null && lock.snapshot().owner().traceId() != null);
        assertThat(lock.snapshot().owner().traceId()).isEqualTo(TRACE);
        assertThat(get("/actuator/ownedlocks").get().body()).contains("\"traceId\":\"" + TRACE + "\"");

        Map<?, ?> problem = json(get("/take").get());

        assertThat(leaking.get().statusCode()).isEqualTo(200);
        assertThat((Map<?, ?>) problem.get("owner"))
                .extracting(owner -> owner.get("traceId"))
                .isEqualTo(TRACE);
        assertThat(output.getAll().lines().filter(line -> line.contains("was abandoned")))
                .singleElement()
                .asString()
                .contains("in trace " + TRACE);
        assertThat(get("/actuator/ownedlocks/incidents").get().body()).contains("\"traceId\":\"" + TRACE + "\"");
    }

    /** The span of a run is opened within its task. */
    @Test
    void aScheduledRunHasTheTraceOfItsSpan() throws Exception {
        assertThat(jobs.told.get()).isNotNull().isEqualTo(jobs.traced.get());
    }

    @Test
    void whoWaitsHasOneBeforeItHasTheLock() throws Exception {
        TaskLock lock = registry.obtain("contended");
        Call<String> waiter;
        try (Hold hold = lock.acquire()) {
            waiter = Call.start(() -> Task.runInTask("waiter", () -> takeInATrace(lock)))
                    .awaitParked();
            assertThat(lock.snapshot().waiting())
                    .singleElement()
                    .satisfies(waiting -> assertThat(waiting.task().traceId()).matches("[0-9a-f]{32}"));
        }
        waiter.get();
    }

    @Test
    void theFirstTraceStaysAndAThreadsOwnTaskHasNone() {
        TaskLock lock = registry.obtain("loop");
        Task.<@Nullable Object, RuntimeException>runInTask("loop", () -> {
            String first = takeInATrace(lock);
            takeInATrace(lock);
            assertThat(Task.current().traceId()).isEqualTo(first);
            return null;
        });
        assertThat(Task.hasCurrent()).isFalse();
        takeInATrace(lock);
        assertThat(Task.current().traceId()).isNull();
    }

    private String takeInATrace(TaskLock lock) {
        Span span = tracer.nextSpan().start();
        try (Tracer.SpanInScope scope = tracer.withSpan(span);
                Hold hold = lock.acquire()) {
            return span.context().traceId();
        } finally {
            span.end();
        }
    }

    @Test
    void aTracerThatDoesNothingHasNone() {
        TraceIds traceIds = new TraceIds(() -> Tracer.NOOP);
        Task.<@Nullable Object, RuntimeException>runInTask("task", () -> {
            traceIds.acquired(registry.obtain("order").id(), 0);
            assertThat(Task.current().traceId()).isNull();
            return null;
        });
    }

    @Test
    void itCanBeTurnedOffAndReplacedAndDoneWithout() {
        ApplicationContextRunner bare = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        OwnedLockAutoConfiguration.class, OwnedLockTracingAutoConfiguration.class));
        ApplicationContextRunner traced = bare.withBean(Tracer.class, () -> Tracer.NOOP);
        TraceIds own = new TraceIds(() -> Tracer.NOOP);
        traced.run(context -> assertThat(context).hasSingleBean(TraceIds.class));
        traced.withPropertyValues("owned-lock.tracing.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(TraceIds.class));
        traced.withBean("mine", TraceIds.class, () -> own)
                .run(context -> assertThat(context.getBean(TraceIds.class)).isSameAs(own));
        bare.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TraceIds.class));
        bare.withClassLoader(new FilteredClassLoader(Tracer.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TraceIds.class));
    }

    private CompletableFuture<HttpResponse<String>> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofString());
    }

    private static Map<?, ?> json(HttpResponse<String> answer) {
        return JsonMapper.shared().readValue(answer.body(), Map.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableScheduling
    @Import({Orders.class, Jobs.class})
    static class Application {}

    @RestController
    static class Orders {

        private final LockRegistry registry;

        Orders(LockRegistry registry) {
            this.registry = registry;
        }

        @GetMapping("/leak")
        void leak() {
            TaskLock lock = registry.obtain("order");
            lock.acquire();
            Eventually.until("somebody waits", () -> lock.waiting() == 1);
        }

        @GetMapping("/take")
        void take() {
            registry.obtain("order").acquire().close();
        }
    }

    static class Jobs {

        final CompletableFuture<@Nullable String> told = new CompletableFuture<>();
        final CompletableFuture<@Nullable String> traced = new CompletableFuture<>();
        private final LockRegistry registry;
        private final Tracer tracer;

        Jobs(LockRegistry registry, Tracer tracer) {
            this.registry = registry;
            this.tracer = tracer;
        }

        @Scheduled(fixedDelay = Long.MAX_VALUE)
        void once() {
            registry.obtain("job").acquire().close();
            told.complete(Task.current().traceId());
            Span span = tracer.currentSpan();
            traced.complete(span == null ? null : span.context().traceId());
        }
    }
}
