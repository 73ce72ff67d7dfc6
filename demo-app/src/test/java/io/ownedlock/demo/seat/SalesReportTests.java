package io.ownedlock.demo.seat;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.demo.HttpApi;
import io.ownedlock.demo.HttpTest;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Hold;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@HttpTest
class SalesReportTests {

    @Autowired
    HttpApi api;

    @Autowired
    LockRegistry locks;

    @Autowired
    SalesReport report;

    @Test
    void whileSomebodyCountsTheLastCountIsGoodEnough() {
        long before;
        try (Hold counting = locks.obtain("report").acquire()) {
            before = report.last().sold();
            assertThat(HttpApi.join(api.reserve("H1", "ann", 0)).status()).isEqualTo(201);

            CompletableFuture.runAsync(report::refresh)
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();

            assertThat(report.last().sold()).as("its turn was skipped").isEqualTo(before);
            assertThat(sold()).as("and a request takes the last one").isEqualTo(before);
        }
        assertThat(sold()).isGreaterThan(before);
    }

    private long sold() {
        HttpApi.Answer answer = api.get("/api/seats/report");
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().path("sold").asLong();
    }
}
