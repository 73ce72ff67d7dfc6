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

/** One line of yaml, and a lost lock stays lost until somebody has looked. */
@HttpTest
@TestPropertySource(properties = "owned-lock.locks.seat.on-owner-end=poison")
class PoisonTests {

    @Autowired
    HttpApi api;

    @Autowired
    LockRegistry locks;

    @Autowired
    GatedPause work;

    @Test
    void nobodyGetsAPoisonedLockUntilItIsRepaired() {
        TaskLock lock = locks.obtain("seat", "A1");
        CompletableFuture<HttpApi.Answer> leak = api.fault("leak", "A1");
        await().until(() -> lock.snapshot().owner() != null);
        CompletableFuture<HttpApi.Answer> waiter = api.reserve("A1", "ann", 0);
        await().until(() -> lock.waiting() == 1);

        work.done();

        assertThat(HttpApi.join(leak).status()).isEqualTo(500);
        assertThat(HttpApi.join(waiter).status()).isEqualTo(503);
        HttpApi.Answer next = HttpApi.join(api.reserve("A1", "bob", 0));
        assertThat(next.status()).isEqualTo(503);
        assertThat(next.body().path("owner").path("name").asString()).isEqualTo("POST /api/faults/leak");
        assertThat(HttpApi.join(api.reserve("A2", "bob", 0)).status()).isEqualTo(201);

        lock.repair();

        assertThat(HttpApi.join(api.reserve("A1", "cid", 0)).status()).isEqualTo(201);
    }
}
