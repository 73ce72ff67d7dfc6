package io.ownedlock.demo.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.demo.HttpApi;
import io.ownedlock.demo.HttpTest;
import io.ownedlock.registry.LockRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

@HttpTest
class FaultApiTests {

    @Autowired
    HttpApi api;

    @Autowired
    LockRegistry locks;

    @ParameterizedTest
    @ValueSource(strings = {"leak", "async-leak", "thread-death"})
    void refusesWhatMakesNoSense(String fault) {
        String path = "/api/faults/" + fault;

        assertThat(api.post(path, "{}").status()).isEqualTo(400);
        assertThat(api.post(path, """
                {"seat": "F1", "holdMillis": 60001}""").status()).isEqualTo(400);
        assertThat(HttpApi.join(api.fault(fault, "K1")).status()).isEqualTo(404);
        assertThat(locks.snapshot()).extracting(lock -> lock.lock().key()).doesNotContain("F1", "K1");
    }
}
