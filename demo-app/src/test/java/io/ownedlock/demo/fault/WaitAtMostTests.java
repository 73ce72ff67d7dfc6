package io.ownedlock.demo.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ownedlock.demo.GatedPause;
import io.ownedlock.demo.HttpApi;
import io.ownedlock.demo.HttpTest;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.TaskLock;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** A bound on waiting for an owner that is alive and slow. */
@HttpTest
@TestPropertySource(properties = "owned-lock.locks.seat.wait-at-most=300ms")
class WaitAtMostTests {

    @Autowired
    HttpApi api;

    @Autowired
    LockRegistry locks;

    @Autowired
    GatedPause work;

    @Test
    void aWaiterGivesUpOnAnOwnerThatLives() {
        TaskLock lock = locks.obtain("seat", "A1");
        CompletableFuture<HttpApi.Answer> slow = api.reserve("A1", "ann", 1000);
        await().until(() -> lock.snapshot().owner() != null);

        HttpApi.Answer waiter = HttpApi.join(api.reserve("A1", "bob", 0));

        assertThat(waiter.status()).isEqualTo(423);
        assertThat(waiter.contentType()).isEqualTo("application/problem+json");
        assertThat(waiter.body().path("owner").path("name").asString())
                .isEqualTo("POST /api/seats/{seat}/reservations");
        assertThat(slow).isNotDone();
        work.done();
        assertThat(HttpApi.join(slow).status()).isEqualTo(201);
    }
}
