package io.ownedlock.demo.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.ownedlock.demo.GatedPause;
import io.ownedlock.demo.HttpApi;
import io.ownedlock.demo.HttpTest;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** The story of the demo: whoever waits for a lock when its owner ends is told at once who lost it, and business goes on. */
@HttpTest
class OwnerEndTests {

    private static final int WAITERS = 50;

    @Autowired
    HttpApi api;

    @Autowired
    LockRegistry locks;

    @Autowired
    GatedPause work;

    @ParameterizedTest
    @CsvSource({
        "leak,         A1, REQUEST, POST /api/faults/leak,       OWNER_ENDED,       500",
        "async-leak,   B1, REQUEST, POST /api/faults/async-leak, OWNER_ENDED,       500",
        "thread-death, C1, THREAD,  doomed-C1,                   OWNER_THREAD_DIED, 202",
    })
    void theWaitersAreTold(
            String fault, String seat, TaskKind ownerKind, String ownerName, String reason, int statusOfTheFault) {
        long incidents = incidents();
        TaskLock lock = locks.obtain("seat", seat);
        CompletableFuture<HttpApi.Answer> faulty = api.fault(fault, seat);
        await().until(() -> lock.snapshot().state() == LockState.HELD);
        LockSnapshot held = lock.snapshot();
        TaskInfo owner = held.owner();
        assertThat(owner.kind()).isEqualTo(ownerKind);
        assertThat(owner.name()).isEqualTo(ownerName);
        List<CompletableFuture<HttpApi.Answer>> reservations = api.reserve(seat, WAITERS);
        await().until(() -> lock.waiting() == WAITERS);

        work.done();

        assertThat(HttpApi.join(faulty).status()).isEqualTo(statusOfTheFault);
        assertThat(HttpApi.joinAll(reservations)).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.contentType()).isEqualTo("application/problem+json");
            JsonNode problem = answer.body();
            assertThat(problem.path("lock").asString()).isEqualTo("seat");
            assertThat(problem.path("key").asString()).isEqualTo(seat);
            assertThat(problem.path("reason").asString()).isEqualTo(reason);
            assertThat(problem.path("owner").path("name").asString()).isEqualTo(ownerName);
            assertThat(problem.path("owner").path("id").asLong()).isEqualTo(owner.id());
            assertThat(Instant.parse(problem.path("acquiredAt").asString()))
                    .isCloseTo(held.holds().get(0).since(), within(1, ChronoUnit.SECONDS));
        });
        assertThat(HttpApi.join(api.reserve(seat, "the next one", 0)).status()).isEqualTo(201);
        assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
        assertThat(threadsParkedByUs()).isEmpty();
        assertThat(health().path("waiting").asInt()).isZero();
        assertThat(incidents()).isEqualTo(incidents + 1);
    }

    private JsonNode health() {
        return api.get("/actuator/health")
                .body()
                .path("components")
                .path("ownedLocks")
                .path("details");
    }

    private long incidents() {
        return health().path("incidents").asLong();
    }

    private List<JsonNode> threadsParkedByUs() {
        JsonNode threads = api.get("/actuator/threaddump").body().path("threads");
        assertThat(threads).isNotEmpty();
        return threads.valueStream()
                .filter(thread -> thread.path("threadState").asString().endsWith("WAITING"))
                .filter(thread -> thread.path("stackTrace")
                        .valueStream()
                        .anyMatch(frame -> frame.path("className").asString().startsWith("io.ownedlock.park.")
                                || frame.path("className").asString().startsWith("io.ownedlock.sync.")))
                .toList();
    }
}
