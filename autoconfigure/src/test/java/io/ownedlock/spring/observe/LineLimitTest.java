package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.spring.Call;
import io.ownedlock.spring.TestTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LineLimitTest {

    private enum Kind {
        ONE,
        OTHER
    }

    private final TestTicker time = new TestTicker();
    private final LineLimit limit = new LineLimit(2, time);

    @Test
    void soManyAreLetThroughInAMinuteThatBeginsWithTheFirst() {
        assertThat(limit.admit("order", Kind.ONE)).isZero();
        time.advance(Duration.ofSeconds(59));
        assertThat(limit.admit("order", Kind.ONE)).isZero();
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
        time.advance(Duration.ofMillis(999));
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
        time.advance(Duration.ofMillis(1));
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(2);
        assertThat(limit.admit("order", Kind.ONE)).as("said once").isZero();
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
    }

    @Test
    void eachNameAndEachKindHasALimitOfItsOwn() {
        for (int i = 0; i < 3; i++) {
            limit.admit("order", Kind.ONE);
        }
        assertThat(limit.admit("order", Kind.OTHER)).isZero();
        assertThat(limit.admit("ledger", Kind.ONE)).isZero();
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
    }

    @Test
    void zeroIsNoLineAtAll() {
        LineLimit none = new LineLimit(0, time);
        for (int i = 0; i < 3; i++) {
            assertThat(none.admit("order", Kind.ONE)).isEqualTo(LineLimit.NOT_NOW);
            time.advance(Duration.ofMinutes(2));
        }
    }

    @Test
    void noLineIsLostAmongManyThreads() throws Exception {
        int threads = 4;
        int each = 20_000;
        CountDownLatch ready = new CountDownLatch(threads);
        List<Call<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            calls.add(Call.start(() -> {
                ready.countDown();
                ready.await();
                int admitted = 0;
                for (int j = 0; j < each; j++) {
                    admitted += limit.admit("order", Kind.ONE) == LineLimit.NOT_NOW ? 0 : 1;
                }
                return admitted;
            }));
        }
        int admitted = 0;
        for (Call<Integer> call : calls) {
            admitted += call.get();
        }
        assertThat(admitted).isEqualTo(2);
        time.advance(Duration.ofMinutes(1));
        assertThat(limit.admit("order", Kind.ONE)).isEqualTo(threads * each - 2);
    }
}
