package io.ownedlock.demo.seat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ownedlock.demo.GatedPause;
import io.ownedlock.demo.HttpApi;
import io.ownedlock.demo.HttpTest;
import io.ownedlock.demo.Pause;
import io.ownedlock.registry.LockRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Two buyers who both find the seat free before either has bought it: what the lock is there for. */
@HttpTest
class DoubleSaleTests {

    @Autowired
    HttpApi api;

    @Autowired
    Seats seats;

    @Autowired
    LockRegistry locks;

    @Autowired
    GatedPause work;

    @Test
    void aSeatIsSoldTwiceWithoutTheLock() {
        CyclicBarrier bothHaveChecked = new CyclicBarrier(2);
        Pause payment = duration -> {
            try {
                bothHaveChecked.await(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        // Made by hand, so no proxy is around it and its annotation is not seen by anybody.
        BoxOffice unlocked = new BoxOffice(seats, payment);

        CompletableFuture<Sale> ann = CompletableFuture.supplyAsync(
                () -> unlocked.reserve("D1", "ann", Duration.ZERO), DoubleSaleTests::start);
        CompletableFuture<Sale> bob = CompletableFuture.supplyAsync(
                () -> unlocked.reserve("D1", "bob", Duration.ZERO), DoubleSaleTests::start);
        CompletableFuture.allOf(ann, bob).orTimeout(10, TimeUnit.SECONDS).join();

        assertThat(seats.salesOf("D1")).extracting(Sale::customer).containsExactlyInAnyOrder("ann", "bob");
    }

    @Test
    void aSeatIsSoldOnceWithTheLock() {
        CompletableFuture<HttpApi.Answer> ann = api.reserve("D2", "ann", 1000);
        await().until(() -> locks.obtain("seat", "D2").snapshot().owner() != null);
        CompletableFuture<HttpApi.Answer> bob = api.reserve("D2", "bob", 1000);
        await().until(() -> locks.obtain("seat", "D2").waiting() == 1);

        work.done();

        assertThat(HttpApi.join(ann).status()).isEqualTo(201);
        assertThat(HttpApi.join(bob).status()).isEqualTo(409);
        assertThat(seats.salesOf("D2")).containsExactly(new Sale("D2", "ann"));
    }

    private static void start(Runnable buyer) {
        new Thread(buyer, "buyer").start();
    }
}
