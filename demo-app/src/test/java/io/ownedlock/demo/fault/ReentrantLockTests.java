package io.ownedlock.demo.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ownedlock.demo.HttpApi;
import io.ownedlock.demo.HttpTest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The same story with the JDK's lock in our place: nobody is told anything. */
@HttpTest
@Import(ReentrantLockTests.Counter.class)
class ReentrantLockTests {

    private static final int WAITERS = 50;

    @Autowired
    HttpApi api;

    @Autowired
    Counter counter;

    @Test
    void theWaitersOfADeadRequestStayParked() throws InterruptedException {
        CompletableFuture<HttpApi.Answer> leak = api.send("/test/leak", "{}");
        await().until(counter.lock::isLocked);
        List<CompletableFuture<HttpApi.Answer>> waiting = IntStream.range(0, WAITERS)
                .mapToObj(i -> api.send("/test/reservations", "{}"))
                .toList();
        try {
            assertThat(HttpApi.join(leak).status()).isEqualTo(500);

            // Not a wait for something to happen, but for nothing to happen.
            assertThat(CompletableFuture.anyOf(waiting.toArray(CompletableFuture[]::new)))
                    .withFailMessage("A waiter was told")
                    .failsWithin(2, TimeUnit.SECONDS)
                    .withThrowableOfType(TimeoutException.class);
            assertThat(counter.parked)
                    .hasSize(WAITERS)
                    .allSatisfy(thread -> assertThat(LockSupport.getBlocker(thread))
                            .extracting(blocker -> blocker.getClass().getEnclosingClass())
                            .isEqualTo(ReentrantLock.class));
        } finally {
            counter.parked.forEach(Thread::interrupt);
        }
        assertThat(HttpApi.joinAll(waiting)).extracting(HttpApi.Answer::status).containsOnly(503);
    }

    /** Sells under a {@link ReentrantLock}, and forgets to give it back when a request fails. */
    @RestController
    static class Counter {

        final ReentrantLock lock = new ReentrantLock();
        final Set<Thread> parked = ConcurrentHashMap.newKeySet();

        @PostMapping("/test/leak")
        void leak() {
            lock.lock();
            await().until(() -> lock.getQueueLength() == WAITERS);
            throw new IllegalStateException("Failed on purpose, with the lock in hand");
        }

        @PostMapping("/test/reservations")
        @ResponseStatus(HttpStatus.CREATED)
        void reserve() {
            parked.add(Thread.currentThread());
            try {
                lock.lockInterruptibly();
            } catch (InterruptedException e) {
                throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "Interrupted", e);
            }
            lock.unlock();
        }
    }
}
