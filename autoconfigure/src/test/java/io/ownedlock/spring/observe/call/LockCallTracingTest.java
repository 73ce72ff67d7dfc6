package io.ownedlock.spring.observe.call;

import static org.assertj.core.api.Assertions.assertThat;

import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.TraceContext;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockObservationAutoConfiguration;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration;
import org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** With a real tracer. */
class LockCallTracingTest {

    private final Spans spans = new Spans();

    static class Spans extends SpanHandler {

        final List<MutableSpan> finished = new CopyOnWriteArrayList<>();

        @Override
        public boolean end(TraceContext context, MutableSpan span, Cause cause) {
            finished.add(span);
            return true;
        }
    }

    static class Service {
        @OwnedLock(name = "order", key = "#id")
        void call(String id) {}
    }

    @Test
    void aCallIsASpanWithinThatOfItsCallerAndSaysWhenItsWaitWasOver() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        AopAutoConfiguration.class,
                        OwnedLockAutoConfiguration.class,
                        OwnedLockObservationAutoConfiguration.class,
                        ObservationAutoConfiguration.class,
                        MicrometerTracingAutoConfiguration.class,
                        BraveAutoConfiguration.class))
                .withPropertyValues("management.tracing.sampling.probability=1")
                .withBean(Service.class)
                .withBean(Spans.class, () -> spans)
                .run(context -> {
                    Service service = context.getBean(Service.class);
                    ObservationRegistry observations = context.getBean(ObservationRegistry.class);
                    TaskLock lock = context.getBean(LockRegistry.class).obtain("order", "secret");
                    Call<?> waiter;
                    try (Hold hold = lock.acquire()) {
                        waiter = Call.start(() -> {
                                    Observation.createNotStarted("import", observations)
                                            .observe(() -> service.call("secret"));
                                    return null;
                                })
                                .awaitParked();
                    }
                    waiter.get();
                    assertThat(spans.finished).hasSize(2);
                    MutableSpan call = spans.finished.get(0);
                    MutableSpan caller = spans.finished.get(1);
                    assertThat(call.name()).isEqualTo("lock order");
                    assertThat(call.parentId()).isEqualTo(caller.id());
                    assertThat(call.traceId()).isEqualTo(caller.traceId());
                    assertThat(call.tags())
                            .containsExactlyInAnyOrderEntriesOf(
                                    Map.of("name", "order", "outcome", "granted", "method", "Service.call"));
                    assertThat(call.annotations())
                            .extracting(Map.Entry::getValue)
                            .containsExactly("acquired after waiting");
                    assertThat(call.annotations().iterator().next().getKey())
                            .isBetween(call.startTimestamp(), call.finishTimestamp());
                    assertThat(call.toString()).doesNotContain("secret");
                });
    }
}
