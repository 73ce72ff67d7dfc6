package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.LockRegistryCustomizer;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import io.ownedlock.time.Ticker;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators are told, over the wire. */
@SpringBootTest(
        classes = OwnedLocksEndpointTest.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=ownedlocks",
            "owned-lock.locks.ledger.on-owner-end=poison",
            "owned-lock.locks.order.fair=true"
        })
class OwnedLocksEndpointTest {

    private static final String MASK = "******";

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    @Autowired
    private AtomicLong clock;

    private final List<Hold> holds = new ArrayList<>();
    private final List<Call<?>> calls = new ArrayList<>();

    /** A new one for each test, since all of them share the registry. */
    private String name;

    @BeforeEach
    void newName() {
        name = "seat-"
                + Task.start("a number never used before", TaskKind.CUSTOM).id();
    }

    @AfterEach
    void giveBack() throws Exception {
        holds.forEach(Hold::close);
        for (Call<?> call : calls) {
            call.get();
        }
    }

    @Test
    void countsAreToldForEachName() throws Exception {
        hold(name, 1);
        wait(name, 1);
        hold(name, 2);
        registry.obtain(name, 2).breakWaiters();
        registry.obtain(name, 3);
        TaskLock ledger = registry.obtain("ledger", name);
        abandon(ledger);

        JsonNode names = get("").at("/summary/names");

        assertThat(names.get(name))
                .isEqualTo(new JsonMapper()
                        .readTree("{\"locks\":3,\"held\":2,\"waiting\":1,\"poisoned\":0,\"sealed\":1,\"overdue\":0}"));
        assertThat(names.at("/ledger/poisoned").asInt()).isEqualTo(1);
        ledger.repair();
    }

    @Test
    void theLongestWaitsAreTold() throws Exception {
        for (int key = 1; key <= 6; key++) {
            hold(name, key);
            wait(name, key);
            later(Duration.ofSeconds(1));
        }

        JsonNode worst = getAs("operator", "").at("/summary/worstWaits");

        assertThat(worst.valueStream().map(row -> row.at("/lock/key").asString()))
                .containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    void aRowSaysWhoHasTheLockSinceWhenAndHowManyWait() throws Exception {
        hold(name, 1);
        wait(name, 1);

        JsonNode page = getAs("operator", "?name=" + name).get("locks");

        assertThat(page.get("total").asInt()).isEqualTo(1);
        JsonNode row = page.at("/rows/0");
        assertThat(row.at("/lock/id").asString()).matches("[0-9a-f]{16}");
        assertThat(row.at("/lock/name").asString()).isEqualTo(name);
        assertThat(row.at("/lock/key").asString()).isEqualTo("1");
        assertThat(row.get("kind").asString()).isEqualTo("LOCK");
        assertThat(row.get("state").asString()).isEqualTo("HELD");
        assertThat(row.at("/owner/task").asString()).startsWith("THREAD #");
        assertThat(row.at("/owner/thread").asString())
                .isEqualTo(Thread.currentThread().getName());
        assertThat(row.at("/owner/since").asString())
                .isEqualTo(registry.obtain(name, 1)
                        .snapshot()
                        .holds()
                        .get(0)
                        .since()
                        .toString());
        assertThat(row.get("waiting").asInt()).isEqualTo(1);
        assertThat(Instant.parse(row.get("waitingSince").asString()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    }

    @Test
    void anOwnerIsNamedWithWhoStartedIt() throws Exception {
        Task.<Object, Exception>runInTask("child", () -> {
            try (Hold ignored = registry.obtain(name, 1).acquire()) {
                assertThat(get("?name=" + name)
                                .at("/locks/rows/0/owner/startedBy")
                                .asString())
                        .startsWith("THREAD #");
            }
            return "";
        });
    }

    @ParameterizedTest
    @CsvSource({
        "state=held,            '2,1'",
        "state=poisoned,        ''",
        "heldLongerThan=90m,    '2'",
        "heldLongerThan=3h,     ''",
        "waitersMoreThan=0,     '1'",
        "waitersMoreThan=1,     ''",
        "sort=held,             '2,1'",
        "sort=waiting,          '1,2'",
        "sort=name,             '1,2'",
        "size=1,                '2'",
        "size=1&page=1,         '1'",
        "size=1&page=2,         ''",
    })
    void filtersOrderAndPages(String query, String keys) throws Exception {
        hold(name, 2);
        later(Duration.ofHours(2));
        hold(name, 1);
        wait(name, 1);
        registry.obtain(name, "idle");

        JsonNode rows = getAs("operator", "?name=" + name + "&" + query).at("/locks/rows");

        assertThat(String.join(
                        ",",
                        rows.valueStream()
                                .map(row -> row.at("/lock/key").asString())
                                .toList()))
                .isEqualTo(keys);
    }

    @Test
    void aPageIsOfFiftyAndTellsHowManyThereAre() throws Exception {
        for (int key = 0; key < 51; key++) {
            hold(name, key);
        }

        JsonNode page = get("?name=" + name).get("locks");

        assertThat(page.get("rows").size()).isEqualTo(50);
        assertThat(page.get("total").asInt()).isEqualTo(51);
        assertThat(page.get("size").asInt()).isEqualTo(50);
    }

    @ParameterizedTest
    @ValueSource(strings = {"size=0", "size=501", "page=-1", "size=500&page=20", "state=lost", "heldLongerThan=soon"})
    void whatCannotBeAskedForIsRefused(String query) throws Exception {
        assertThat(send("operator", "?" + query).statusCode()).isEqualTo(400);
    }

    @Test
    void anIdLeadsToAllOfALockAndSaysNothingOfItsKey() throws Exception {
        hold(name, "secret");
        wait(name, "secret");
        String id = get("?name=" + name).at("/locks/rows/0/lock/id").asString();

        JsonNode lock = getAs("operator", "/" + id);

        assertThat(lock.at("/lock/key").asString()).isEqualTo("secret");
        assertThat(lock.at("/holds/0/owner/thread").asString())
                .isEqualTo(Thread.currentThread().getName());
        assertThat(lock.at("/holds/0/count").asInt()).isEqualTo(1);
        assertThat(lock.at("/holds/0/exclusive").asBoolean()).isTrue();
        assertThat(lock.at("/waiting/0/thread").asString()).isEqualTo("call");
        assertThat(lock.at("/waiting/0/since").asString()).isNotEmpty();
        assertThat(id)
                .isNotEqualTo(new LockIds().of(registry.obtain(name, "secret").id()));
    }

    @Test
    void aPoisonedLockTellsWhoseFaultItIs() throws Exception {
        TaskLock ledger = registry.obtain("ledger", name);
        abandon(ledger);
        String id = get("?state=poisoned").at("/locks/rows/0/lock/id").asString();

        JsonNode abandonment = get("/" + id).get("abandonment");

        assertThat(abandonment.get("incident").asString())
                .isEqualTo(ledger.snapshot().abandonment().incident());
        assertThat(abandonment.at("/owner/task").asString()).contains("POST /orders");
        assertThat(abandonment.get("reason").asString()).isEqualTo("OWNER_ENDED");
        ledger.repair();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/0123456789abcdef", "/secret", "/0", "/0123456789abcdeg", "/0123456789abcdef0"})
    void anUnknownIdIsNotFound(String path) throws Exception {
        assertThat(send("operator", path).statusCode()).isEqualTo(404);
    }

    @Test
    void theGraphTellsWhoWaitsForWhom() throws Exception {
        hold(name, 42);
        wait(name, 42);

        JsonNode graph = getAs("operator", "/graph");

        JsonNode edge = graph.at("/edges/0");
        assertThat(graph.get("total").asInt()).isEqualTo(1);
        assertThat(edge.get("kind").asString()).isEqualTo("HELD_BY");
        assertThat(edge.at("/waiting/thread").asString()).isEqualTo("call");
        assertThat(edge.at("/waiting/since").asString()).isNotEmpty();
        assertThat(edge.get("resource").asString()).isEqualTo(name + "[42]");
        assertThat(edge.at("/holder/thread").asString())
                .isEqualTo(Thread.currentThread().getName());
        assertThat(get("/graph").at("/edges/0/resource").asString()).isEqualTo(name + "[" + MASK + "]");
    }

    @Test
    void whatIsNoKeyIsShownWhateverItLooksLike() throws Exception {
        String odd = name + "[1]";
        holds.add(registry.obtain(odd).acquire());
        calls.add(Call.start(() -> {
                    registry.obtain(odd).acquire().close();
                    return null;
                })
                .awaitParked());

        assertThat(get("/graph").at("/edges/0/resource").asString()).isEqualTo(odd);
    }

    @Test
    void theGraphEndsAtAThousandWaitsAndTellsHowManyThereAre() throws Exception {
        TaskLock lock = registry.obtain(name, 1);
        Task owner = Task.start("owner", TaskKind.CUSTOM);
        try (Attachment inside = owner.attach()) {
            lock.acquire();
        }
        List<Task> waiting = new ArrayList<>();
        for (int waiter = 0; waiter <= 1000; waiter++) {
            Task task = Task.start("waiter", TaskKind.CUSTOM);
            waiting.add(task);
            try (Attachment inside = task.attach()) {
                registry.joining(lock.acquireAsync());
            }
        }

        JsonNode graph = get("/graph");

        assertThat(graph.get("edges").size()).isEqualTo(1000);
        assertThat(graph.get("total").asInt()).isEqualTo(1001);
        assertThat(send(null, "/graph?format=mermaid").body().lines().filter(line -> line.contains("-->")))
                .hasSize(1000);
        waiting.forEach(Task::end);
        owner.end();
    }

    @Test
    void theGraphCanBeDrawnWhateverIsInItsLabels() throws Exception {
        String key = "\"]\n  t1 --> <b>`#1;%%é";
        Task.<Object, Exception>runInTask("evil\"]", () -> {
            hold(name, key);
            wait(name, key);
            HttpResponse<String> answer = send("operator", "/graph?format=mermaid");

            assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/vnd.mermaid;charset=UTF-8");
            assertThat(answer.body().lines())
                    .hasSize(4)
                    .startsWith("flowchart LR")
                    .anyMatch(line -> line.matches("  t\\d+\\[\"CUSTOM #35;\\d+ #39;evil#34;#93;#39;\"]"))
                    .anyMatch(line -> line.matches("  t\\d+ -->\\|\"held by " + name
                            + "#91;#34;#93;#10;  t1 --#62; #60;b#62;#96;#35;1#59;#37;#37;é#93;\"\\| t\\d+"));
            assertThat(send(null, "/graph?format=mermaid").body())
                    .contains(name + "#91;#42;#42;#42;#42;#42;#42;#93;")
                    .doesNotContain("t1 --");
            holds.remove(0).close();
            return "";
        });
    }

    @Test
    void whatWentWrongIsToldNewestFirst() throws Exception {
        TaskLock broken = registry.obtain(name, 42);
        abandon(broken);
        hold(name, 7);
        wait(name, 7);
        registry.obtain(name, 7).breakWaiters();
        calls.remove(0).thrown();

        JsonNode incidents = getAs("operator", "/incidents").get("incidents");

        JsonNode sealed = incidents.get(0);
        assertThat(sealed.at("/lock/key").asString()).isEqualTo("7");
        assertThat(sealed.get("reason").asString()).isEqualTo("OPERATOR");
        assertThat(sealed.get("waitersTold").asInt()).isEqualTo(1);
        JsonNode abandoned = incidents.get(1);
        assertThat(abandoned.get("incident").asString())
                .isEqualTo(broken.snapshot().abandonment().incident());
        assertThat(abandoned.at("/lock/key").asString()).isEqualTo("42");
        assertThat(abandoned.at("/owner/task").asString()).contains("POST /orders");
        assertThat(abandoned.at("/owner/since").asString()).isNotEmpty();
        assertThat(abandoned.get("brokenAt").asString())
                .isEqualTo(broken.snapshot().abandonment().brokenAt().toString());
        assertThat(abandoned.get("reason").asString()).isEqualTo("OWNER_ENDED");
        assertThat(abandoned.get("policy").asString()).isEqualTo("BREAK");
        assertThat(abandoned.get("waitersTold").asInt()).isZero();
    }

    @Test
    void theLastHundredIncidentsAreRemembered() throws Exception {
        for (int key = 0; key <= 100; key++) {
            abandon(registry.obtain(name, key));
        }

        JsonNode incidents = getAs("operator", "/incidents").get("incidents");

        assertThat(incidents.size()).isEqualTo(100);
        assertThat(incidents.at("/0/lock/key").asString()).isEqualTo("100");
        assertThat(incidents.at("/99/lock/key").asString()).isEqualTo("1");
    }

    @Test
    void nothingButReadingIsThere() throws Exception {
        for (String method : List.of("POST", "DELETE")) {
            EndpointClient client = client("operator");
            HttpRequest.Builder request = client.request("").method(method, HttpRequest.BodyPublishers.noBody());
            assertThat(client.send(request).statusCode()).isEqualTo(405);
        }
    }

    @Test
    void keysAreForThoseWhomTheApplicationKnows() throws Exception {
        everywhere("operator", "secret");
        everywhere(null, MASK);
    }

    @Nested
    @TestPropertySource(properties = "owned-lock.expose-keys=never")
    class Never {

        @Test
        void keysAreForNobody() throws Exception {
            everywhere("operator", MASK);
        }
    }

    @Nested
    @TestPropertySource(properties = "owned-lock.expose-keys=always")
    class Always {

        @Test
        void keysAreForEverybody() throws Exception {
            everywhere(null, "secret");
        }
    }

    @Nested
    @TestPropertySource(properties = "management.endpoint.ownedlocks.cache.time-to-live=1h")
    class Cached {

        @Test
        void anAnswerWithoutParametersIsGivenAgain() throws Exception {
            JsonNode first = get("");
            hold(name, 1);
            assertThat(get("")).isEqualTo(first);
            assertThat(get("?name=" + name).at("/locks/total").asInt()).isEqualTo(1);
        }
    }

    /** Every answer shows the key like this, and none shows it otherwise. */
    private void everywhere(String user, String shown) throws Exception {
        hold(name, "secret");
        wait(name, "secret");
        TaskLock leaked = registry.obtain(name, "another secret");
        abandon(leaked);
        String id = get("?name=" + name + "&sort=waiting")
                .at("/locks/rows/0/lock/id")
                .asString();
        for (String path : List.of("?name=" + name, "/" + id, "/graph", "/incidents")) {
            assertThat(send(user, path).body()).as(path).contains(shown);
            if (shown.equals(MASK)) {
                assertThat(send(user, path).body()).as(path).doesNotContain("secret");
            }
        }
    }

    private void hold(String name, Object key) {
        holds.add(registry.obtain(name, key).acquire());
    }

    private void wait(String name, Object key) {
        calls.add(Call.start(() -> {
                    registry.obtain(name, key).acquire().close();
                    return null;
                })
                .awaitParked());
    }

    private void later(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private static void abandon(TaskLock lock) {
        Task.runInTask("POST /orders", () -> lock.acquire());
    }

    private JsonNode get(String path) throws Exception {
        return getAs(null, path);
    }

    private JsonNode getAs(String user, String path) throws Exception {
        return client(user).get(path);
    }

    private HttpResponse<String> send(String user, String path) throws Exception {
        return client(user).send(path);
    }

    private EndpointClient client(String user) {
        return EndpointClient.of(port).with("User", user);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        /** In the place of whatever knows users. */
        @Bean
        Filter users() {
            return (request, response, chain) -> {
                String user = ((HttpServletRequest) request).getHeader("User");
                chain.doFilter(
                        new HttpServletRequestWrapper((HttpServletRequest) request) {
                            @Override
                            public Principal getUserPrincipal() {
                                return user == null ? null : () -> user;
                            }
                        },
                        response);
            };
        }

        /** How far the clock of the locks has been put on; what was taken before is longer ago by as much. */
        @Bean
        AtomicLong clock() {
            return new AtomicLong();
        }

        @Bean
        LockRegistryCustomizer withClock(AtomicLong clock) {
            return builder -> builder.ticker(new Ticker() {
                @Override
                public long nanos() {
                    return System.nanoTime() + clock.get();
                }

                @Override
                public Instant now() {
                    return Instant.now();
                }
            });
        }
    }
}
