package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.LockEvent;
import io.ownedlock.spring.LockEvent.Operated;
import io.ownedlock.spring.LockEvent.Operation;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.Permit;
import io.ownedlock.sync.Primitive;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskReadWriteLock;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators can do about a lock, over the wire, where Spring Security says who they are. */
@SpringBootTest(
        classes = SecuredApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.autoconfigure.exclude=${test.without-jetty}",
            "management.endpoints.web.exposure.include=ownedlocks",
            "management.endpoint.ownedlocks.access=unrestricted",
            "management.endpoint.ownedlocks.roles=LOCKSMITH",
            "owned-lock.defaults.on-owner-end=poison"
        })
@ExtendWith(OutputCaptureExtension.class)
class EndpointOperationsTest {

    private static final String WHY = "Ticket 7: \"looked at\", all is well";

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    @Autowired
    private SecuredApplication.Hearing hearing;

    @Autowired
    private AuditEventRepository audit;

    /** New ones for each test, since all of them share the registry. */
    private String name;

    private @Nullable String id;
    private Instant start;

    @BeforeEach
    void newNames() {
        name = "seat-"
                + Task.start("a number never used before", TaskKind.CUSTOM).id();
        start = Instant.now();
        hearing.events.clear();
    }

    @AfterEach
    void hearAgain() {
        hearing.failure = null;
    }

    @Test
    void aPoisonedLockIsRepaired(CapturedOutput output) throws Exception {
        TaskLock lock = registry.obtain(name, 42);
        poison(lock);

        HttpResponse<String> answer = ask("locksmith", "repair", WHY, null);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(said(answer)).isEqualTo("It was poisoned, and is free again.");
        JsonNode body = new JsonMapper().readTree(answer.body());
        assertThat(body.at("/lock/key").asString()).isEqualTo("42");
        assertThat(body.at("/operation").asString()).isEqualTo("REPAIR");
        assertThat(lock.isIdle()).isTrue();
        LockId which = lock.id();
        assertThat(heard())
                .containsExactly(
                        new LockEvent.Repaired(which), new Operated(which, Operation.REPAIR, null, "locksmith", WHY));
        assertThat(output.getAll().lines().filter(line -> line.contains("Journal")))
                .singleElement()
                .asString()
                .contains("INFO")
                .endsWith("Lock " + which + " (id " + id() + "): repair by 'locksmith'. Why: " + WHY);
        assertThat(audited()).singleElement().satisfies(event -> {
            assertThat(event.getPrincipal()).isEqualTo("locksmith");
            assertThat(event.getData()).isEqualTo(Map.of("operation", "repair", "id", id(), "name", name, "why", WHY));
        });
    }

    @Test
    void whoWaitsIsSentAwayAndTheOwnerStays() throws Exception {
        TaskLock lock = registry.obtain(name, 42);
        Call<?> waiter;
        try (Hold hold = lock.acquire()) {
            waiter = Call.start(lock::acquire).awaitParked();

            HttpResponse<String> answer = ask("locksmith", "break-waiters", WHY, null);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(said(answer)).startsWith("It is sealed");
            assertThat(waiter.thrown())
                    .isInstanceOfSatisfying(
                            BrokenLockException.class,
                            told -> assertThat(told.abandonment().reason()).isEqualTo(BreakReason.OPERATOR));
            assertThat(lock.isHeldByCurrentTask()).isTrue();
            assertThat(heard())
                    .hasSize(2)
                    .contains(new Operated(lock.id(), Operation.BREAK_WAITERS, null, "locksmith", WHY));
            refused(lock, "break-waiters", null, "It is sealed already");
        }
        assertThat(lock.isIdle()).isTrue();
    }

    @Test
    void oneWaiterIsSentAwayAndTheOthersGoOnWaiting(CapturedOutput output) throws Exception {
        TaskLock lock = registry.obtain(name, 42);
        Call<?> second;
        try (Hold hold = lock.acquire()) {
            Call<?> first = Call.start(lock::acquire).awaitParked();
            long task = firstInLine();
            second = Call.start(() -> {
                        lock.acquire().close();
                        return null;
                    })
                    .awaitParked();

            HttpResponse<String> answer = ask("locksmith", "cancel-waiter", WHY, task);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(said(answer)).isEqualTo("Task #" + task + " does not wait for it any more.");
            assertThat(first.thrown()).isInstanceOf(LockRefusedException.class).hasMessageContaining("operator");
            assertThat(lock.waiting()).isEqualTo(1);
            assertThat(lock.isHeldByCurrentTask()).isTrue();
            assertThat(heard())
                    .containsExactly(new Operated(lock.id(), Operation.CANCEL_WAITER, task, "locksmith", WHY));
            assertThat(output).contains("cancel-waiter #" + task + " by 'locksmith'");
            assertThat(audited())
                    .singleElement()
                    .satisfies(event -> assertThat(event.getData()).containsEntry("taskId", task));
            refused(lock, "cancel-waiter", task, "Task #" + task + " does not wait");
        }
        second.get();
    }

    /** The number that the endpoint shows of whoever waits first. */
    private long firstInLine() throws Exception {
        return client("visitor").get("/" + id()).at("/waiting/0/taskId").asLong();
    }

    @Test
    void whereThereIsNothingToDoItSaysSo() throws Exception {
        TaskLock lock = registry.obtain(name, 42);
        try (Hold hold = lock.acquire()) {
            refused(lock, "repair", null, "It is not poisoned.");
        }
        refused(lock, "repair", null, "It is not poisoned.");
        refused(lock, "break-waiters", null, "Nobody holds it");
        refused(lock, "cancel-waiter", 1L, "Task #1 does not wait in line for it.");
        assertThat(heard()).isEmpty();
        assertThat(audited()).isEmpty();
    }

    @Test
    void aReadWritePairIsRepairedAndSealedToo() throws Exception {
        TaskReadWriteLock pair = registry.obtainReadWrite(name, 42);
        Task.runInTask("POST /orders", () -> pair.writeLock().acquire());
        assertThat(ask("locksmith", "repair", WHY, null).statusCode()).isEqualTo(200);
        try (Hold hold = pair.readLock().acquire()) {
            assertThat(ask("locksmith", "break-waiters", WHY, null).statusCode())
                    .isEqualTo(200);
            assertThat(pair.state()).isEqualTo(LockState.SEALED);
        }
    }

    @Test
    void aSemaphoreHasNoOneOwnerButWaiters() throws Exception {
        TaskSemaphore semaphore = registry.obtainSemaphore(name, 42, 1);
        try (Permit permit = semaphore.acquire()) {
            Call<?> waiter = Call.start(semaphore::acquire).awaitParked();
            refused(semaphore, "repair", null, "It is a semaphore, which is never poisoned.");
            refused(semaphore, "break-waiters", null, "It is a semaphore, and has no one owner to wait for");
            long task = firstInLine();
            assertThat(ask("locksmith", "cancel-waiter", WHY, task).statusCode())
                    .isEqualTo(200);
            assertThat(waiter.thrown()).isInstanceOf(LockRefusedException.class);
        }
    }

    @Test
    void whoHasNoneOfTheRolesIsRefused() throws Exception {
        TaskLock lock = registry.obtain(name, 42);
        poison(lock);
        assertThat(ask("visitor", "repair", WHY, null).statusCode()).isEqualTo(403);
        assertThat(ask(null, "repair", WHY, null).statusCode()).isEqualTo(401);
        assertThat(lock.state()).isEqualTo(LockState.POISONED);
        assertThat(heard()).isEmpty();
        assertThat(audited()).isEmpty();
        lock.repair();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'operation': 'repair'}",
                "{'operation': 'repair', 'why': null}",
                "{'operation': 'repair', 'why': ' '}",
                "{'why': 'because'}",
                "{'operation': 'rob', 'why': 'because'}",
                "{'operation': 'repair', 'why': 'because', 'taskId': 17}",
                "{'operation': 'cancel-waiter', 'why': 'because'}",
                "{'operation': 'cancel-waiter', 'why': 'because', 'taskId': 'seventeen'}",
                "{'operation': 'repair'",
                ""
            })
    void whatCannotBeAskedForIsRefused(String body) throws Exception {
        TaskLock lock = registry.obtain(name, 42);
        poison(lock);
        assertThat(client("locksmith").post("/" + id(), body.replace('\'', '"')).statusCode())
                .isEqualTo(400);
        assertThat(lock.state()).isEqualTo(LockState.POISONED);
        lock.repair();
    }

    @Test
    void aReasonIsNoStory() throws Exception {
        TaskLock lock = registry.obtain(name, 42);
        poison(lock);
        assertThat(ask("locksmith", "repair", "a".repeat(501), null).statusCode())
                .isEqualTo(400);
        assertThat(ask("locksmith", "repair", "a".repeat(500), null).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/0123456789abcdef", "/graph", "/incidents"})
    void anUnknownIdIsNotFound(String path) throws Exception {
        assertThat(client("locksmith").post(path, body("repair", WHY, null)).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aReasonCannotForgeALine(CapturedOutput output) throws Exception {
        TaskLock lock = registry.obtain(name, 42);
        poison(lock);
        assertThat(ask("locksmith", "repair", "fine\r\nWARN a forged line", null)
                        .statusCode())
                .isEqualTo(200);
        assertThat(output.getAll().lines()).anyMatch(line -> line.endsWith("Why: fine__WARN a forged line"));
        assertThat(heard())
                .contains(new Operated(lock.id(), Operation.REPAIR, null, "locksmith", "fine__WARN a forged line"));
    }

    @Test
    void aListenerThatThrowsChangesNothing() throws Exception {
        TaskLock lock = registry.obtain(name, 42);
        poison(lock);
        hearing.failure = new IllegalStateException("thrown by a user");
        assertThat(ask("locksmith", "repair", WHY, null).statusCode()).isEqualTo(200);
        assertThat(lock.isIdle()).isTrue();
        assertThat(audited()).hasSize(1);
    }

    @Nested
    @TestPropertySource(properties = {"test.open=true", "management.endpoint.ownedlocks.roles="})
    class OpenToEverybody {

        @Test
        void whoIsNotKnownIsCalledAnonymousAndSeesNoKey() throws Exception {
            TaskLock lock = registry.obtain(name, "secret");
            poison(lock);
            HttpResponse<String> answer = ask(null, "repair", WHY, null);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("******").doesNotContain("secret");
            assertThat(heard()).contains(new Operated(lock.id(), Operation.REPAIR, null, "anonymous", WHY));
            assertThat(audited())
                    .singleElement()
                    .satisfies(event ->
                            assertThat(event.toString()).contains("anonymous").doesNotContain("secret"));
        }
    }

    @Nested
    @TestPropertySource(properties = "test.open=true")
    class OpenToEverybodyButOnlyToRead {

        @Test
        void whoIsNotKnownIsInNoRole() throws Exception {
            TaskLock lock = registry.obtain(name, 42);
            poison(lock);
            assertThat(ask(null, "repair", WHY, null).statusCode()).isEqualTo(403);
            assertThat(lock.repair()).isTrue();
        }
    }

    @Nested
    @TestPropertySource(properties = "owned-lock.events.enabled=false")
    class WithoutEvents {

        @Test
        void theAuditIsToldAllTheSame() throws Exception {
            TaskLock lock = registry.obtain(name, 42);
            poison(lock);
            assertThat(ask("locksmith", "repair", WHY, null).statusCode()).isEqualTo(200);
            assertThat(hearing.events).isEmpty();
            assertThat(audited()).hasSize(1);
        }
    }

    private void refused(Primitive lock, String operation, @Nullable Long task, String message) throws Exception {
        LockSnapshot before = lock.snapshot();
        HttpResponse<String> answer = ask("locksmith", operation, WHY, task);
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(said(answer)).startsWith(message);
        assertThat(lock.snapshot()).isEqualTo(before);
    }

    private static String said(HttpResponse<String> answer) {
        return new JsonMapper().readTree(answer.body()).get("message").asString();
    }

    private HttpResponse<String> ask(@Nullable String user, String operation, String why, @Nullable Long task)
            throws Exception {
        return client(user).post("/" + id(), body(operation, why, task));
    }

    private static String body(String operation, String why, @Nullable Long task) {
        Map<String, Object> body = new HashMap<>(Map.of("operation", operation, "why", why));
        if (task != null) {
            body.put("taskId", task);
        }
        return new JsonMapper().writeValueAsString(body);
    }

    private EndpointClient client(@Nullable String user) {
        EndpointClient nobody = EndpointClient.of(port);
        return user == null ? nobody : nobody.basic(user);
    }

    /** As listed at the first time; what is idle is in no list. */
    private String id() throws Exception {
        if (id == null) {
            JsonNode rows = client("visitor").get("?name=" + name).at("/locks/rows");
            assertThat(rows.size()).isEqualTo(1);
            id = rows.at("/0/lock/id").asString();
        }
        return id;
    }

    /** Of this test's locks; the end of an owner that the test has left behind is none of it. */
    private List<LockEvent> heard() {
        return hearing.events.stream()
                .filter(event -> event.lock().name().equals(name) && !(event instanceof LockEvent.Abandoned))
                .toList();
    }

    private List<AuditEvent> audited() {
        return audit.find(null, start, "OWNED_LOCK_OPERATED");
    }

    private static void poison(TaskLock lock) {
        Task.runInTask("POST /orders", () -> lock.acquire());
    }
}
