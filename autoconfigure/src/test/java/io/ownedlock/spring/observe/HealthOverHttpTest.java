package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.json.JsonMapper;

/** What a load balancer is told while a lock is poisoned. */
@SpringBootTest(
        classes = HealthOverHttpTest.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"management.endpoint.health.show-details=always", "owned-lock.defaults.on-owner-end=poison"})
class HealthOverHttpTest {

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    @AfterEach
    void repair() {
        registry.obtain("ledger").repair();
    }

    @Test
    void theApplicationIsUpWhileItsLocksAreDegraded() throws Exception {
        poison();
        assertThat(ask("").statusCode()).isEqualTo(200);
        assertThat(status("")).isEqualTo("UP");
        assertThat(ask("/ownedLocks").statusCode()).isEqualTo(200);
        assertThat(status("/ownedLocks")).isEqualTo("DEGRADED");
    }

    @Nested
    @TestPropertySource(
            properties = {
                "management.endpoint.health.status.order=down,out-of-service,degraded,up,unknown",
                "management.endpoint.health.status.http-mapping.degraded=503"
            })
    class WhereTheApplicationSaysSo {

        @Test
        void itIsDownWhileItsLocksAreDegraded() throws Exception {
            assertThat(ask("").statusCode()).isEqualTo(200);
            poison();
            assertThat(ask("").statusCode()).isEqualTo(503);
            assertThat(status("")).isEqualTo("DEGRADED");
        }
    }

    private void poison() {
        TaskLock lock = registry.obtain("ledger");
        Task.runInTask("POST /orders", () -> lock.acquire());
    }

    private String status(String path) throws Exception {
        return new JsonMapper().readTree(ask(path).body()).get("status").asString();
    }

    private HttpResponse<String> ask(String path) throws Exception {
        return EndpointClient.of(port).at("health").send(path);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
