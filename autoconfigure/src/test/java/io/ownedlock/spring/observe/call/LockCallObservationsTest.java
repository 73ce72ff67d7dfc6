package io.ownedlock.spring.observe.call;

import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.common.KeyValues;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.ObservationContextAssert;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.OwnedLock.WhenHeld;
import io.ownedlock.spring.SpringDocument;
import io.ownedlock.spring.aop.CallObserver;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockObservationAutoConfiguration;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitTooLongException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LockCallObservationsTest {

    private final TestObservationRegistry observations = TestObservationRegistry.create();
    private final Events events = new Events();
    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    OwnedLockAutoConfiguration.class,
                    OwnedLockObservationAutoConfiguration.class))
            .withBean(Service.class);
    private final ApplicationContextRunner runner = bare.withConfiguration(
                    AutoConfigurations.of(ObservationAutoConfiguration.class))
            .withBean(ObservationRegistry.class, () -> observations)
            .withBean(Events.class, () -> events);

    static class Events implements ObservationHandler<Observation.Context> {

        final List<String> seen = new CopyOnWriteArrayList<>();

        @Override
        public void onEvent(Observation.Event event, Observation.Context context) {
            seen.add(context.getName() + ": " + event.getName());
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    static class Service {

        @OwnedLock(name = "order", key = "#id")
        @Nullable Object call(@Nullable String id, Supplier<@Nullable Object> body) {
            return body.get();
        }

        @OwnedLock(name = "order", key = "#id")
        @OwnedLock(name = "ledger")
        void both(String id) {}

        @OwnedLock(name = "order", key = "#id", whenHeld = WhenHeld.FAIL)
        void fail(String id) {}

        @OwnedLock(name = "order", key = "#id", whenHeld = WhenHeld.FAIL, fallback = "instead")
        String orElse(String id) {
            return id;
        }

        String instead(String id) {
            return "instead";
        }

        @OwnedLock(name = "order", key = "#id", whenHeld = WhenHeld.SKIP)
        void skip(String id) {}

        @OwnedLock(name = "order", key = "#id")
        CompletableFuture<String> stage(String id, CompletableFuture<String> stage) {
            return stage;
        }
    }

    private interface Try {
        void run(Service service, TaskLock lock) throws Exception;
    }

    private void with(Try test) {
        runner.run(context -> test.run(
                context.getBean(Service.class),
                context.getBean(LockRegistry.class).obtain("order", "secret")));
    }

    /** The one observation there was. */
    private ObservationContextAssert<?> call() {
        return assertThat(observations)
                .hasNumberOfObservationsWithNameEqualTo("owned.lock.call", 1)
                .hasSingleObservationThat()
                .hasBeenStarted()
                .hasBeenStopped();
    }

    /** Somebody else holds the lock meanwhile. */
    private static void whileHeld(TaskLock lock, Runnable action) throws Exception {
        CompletableFuture<?> done = new CompletableFuture<>();
        CompletableFuture<?> held = new CompletableFuture<>();
        Call<?> other = Call.start(() -> {
            try (Hold hold = lock.acquire()) {
                held.complete(null);
                return done.get();
            }
        });
        held.get();
        action.run();
        done.complete(null);
        other.get();
    }

    @Test
    void aCallIsAnObservationThatKnowsTheLocksNameAndNotItsKey() {
        with((service, lock) -> {
            service.call("secret", () -> null);
            call().hasContextualNameEqualTo("lock order")
                    .hasLowCardinalityKeyValue("name", "order")
                    .hasLowCardinalityKeyValue("outcome", "granted")
                    .hasHighCardinalityKeyValue("method", "Service.call")
                    .hasKeyValuesCount(3)
                    .doesNotHaveError();
            assertThat(events.seen).isEmpty();
        });
    }

    @Test
    void severalLocksAreOneObservation() {
        with((service, lock) -> {
            service.both("secret");
            call().hasLowCardinalityKeyValue("name", "ledger,order");
        });
    }

    @Test
    void whoWaitedHasAnEventWhenItGotTheLock() {
        with((service, lock) -> {
            Call<?> waiter;
            try (Hold hold = lock.acquire()) {
                waiter = Call.start(() -> service.call("secret", () -> null)).awaitParked();
                assertThat(events.seen).isEmpty();
            }
            waiter.get();
            call().hasLowCardinalityKeyValue("outcome", "granted");
            assertThat(events.seen).containsExactly("owned.lock.call: acquired");
        });
    }

    @Test
    void whatTheMethodWaitsForByHandIsNoEventOfItsCall() {
        runner.run(context -> {
            Service service = context.getBean(Service.class);
            TaskLock other = context.getBean(LockRegistry.class).obtain("other");
            Call<?> waiter;
            try (Hold hold = other.acquire()) {
                waiter = Call.start(() -> service.call("secret", () -> {
                            other.acquire().close();
                            return null;
                        }))
                        .awaitParked();
            }
            waiter.get();
            assertThat(events.seen).isEmpty();
        });
    }

    @Test
    void theScopeIsOpenInTheBody() {
        with((service, lock) -> {
            List<Observation.@Nullable ContextView> seen = new ArrayList<>();
            Observation outer = Observation.start("outer", observations);
            try (Observation.Scope scope = outer.openScope()) {
                service.call("secret", () -> {
                    seen.add(observations.getCurrentObservation().getContextView());
                    return null;
                });
                assertThat(observations.getCurrentObservation()).isSameAs(outer);
            }
            outer.stop();
            assertThat(seen).singleElement().isInstanceOf(LockCallContext.class);
            assertThat(seen.get(0).getParentObservation()).isSameAs(outer);
        });
    }

    @Test
    void whoDoesNotGetTheLockHasItsErrorAndItsOutcome() {
        with((service, lock) -> {
            whileHeld(
                    lock,
                    () -> assertThatExceptionOfType(WaitTooLongException.class)
                            .isThrownBy(() -> service.fail("secret")));
            call().hasLowCardinalityKeyValue("outcome", "timed_out")
                    .thenError()
                    .isInstanceOf(WaitTooLongException.class);
        });
    }

    @Test
    void aFallbackIsNoError() {
        with((service, lock) -> {
            whileHeld(lock, () -> assertThat(service.orElse("secret")).isEqualTo("instead"));
            call().hasLowCardinalityKeyValue("outcome", "timed_out").doesNotHaveError();
        });
    }

    @Test
    void aCallThatIsSkippedSaysSo() {
        with((service, lock) -> {
            whileHeld(lock, () -> service.skip("secret"));
            call().hasLowCardinalityKeyValue("outcome", "skipped").doesNotHaveError();
        });
    }

    @Test
    void aBodyThatFailsHadTheLock() {
        with((service, lock) -> {
            IllegalStateException failure = new IllegalStateException();
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> service.call("secret", () -> {
                        throw failure;
                    }));
            call().hasLowCardinalityKeyValue("outcome", "granted").hasError(failure);
        });
    }

    @Test
    void aCallThatDidNotComeSoFarHasNoOutcome() {
        with((service, lock) -> {
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> service.call(null, () -> null));
            call().hasLowCardinalityKeyValue("outcome", "none").hasError();
        });
    }

    @Test
    void withAStageItEndsWhenThatIsComplete() {
        with((service, lock) -> {
            CompletableFuture<String> stage = new CompletableFuture<>();
            assertThat(service.stage("secret", stage)).as("the very stage").isSameAs(stage);
            assertThat(observations).hasSingleObservationThat().hasBeenStarted().isNotStopped();
            assertThat(observations.getCurrentObservation()).isNull();
            Call.start(() -> stage.complete("done")).get();
            call().hasLowCardinalityKeyValue("outcome", "granted").doesNotHaveError();
        });
    }

    @Test
    void aStageThatFailsIsAnError() {
        with((service, lock) -> {
            IllegalStateException failure = new IllegalStateException();
            CompletableFuture<String> first = new CompletableFuture<>();
            service.stage("secret", first.thenApply(text -> text));
            first.completeExceptionally(failure);
            call().hasLowCardinalityKeyValue("outcome", "granted").hasError(failure);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"owned.lock", "owned.lock.call"})
    void itIsTurnedOffByBootsProperty(String prefix) {
        runner.withPropertyValues("management.observations.enable." + prefix + "=false")
                .run(context -> {
                    context.getBean(Service.class).call("secret", () -> {
                        assertThat(observations.getCurrentObservation()).isNull();
                        return null;
                    });
                    assertThat(observations).doesNotHaveAnyObservation();
                });
    }

    @Test
    void withoutARegistryNobodyLooks() {
        bare.run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(CallObserver.class);
            assertThat(context.getBean(Service.class).call("secret", () -> "done"))
                    .isEqualTo("done");
        });
        runner.withPropertyValues("owned-lock.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(CallObserver.class));
    }

    @Test
    void theApplicationsConventionStandsInPlaceOfOurs() {
        runner.withBean(LockCallConvention.class, () -> new DefaultLockCallConvention() {
                    @Override
                    public String getName() {
                        return "my.lock";
                    }

                    @Override
                    public KeyValues getLowCardinalityKeyValues(LockCallContext context) {
                        return super.getLowCardinalityKeyValues(context).and("team", "sales");
                    }
                })
                .run(context -> {
                    context.getBean(Service.class).call("secret", () -> null);
                    assertThat(observations)
                            .hasSingleObservationThat()
                            .hasNameEqualTo("my.lock")
                            .hasLowCardinalityKeyValue("team", "sales")
                            .hasLowCardinalityKeyValue("name", "order");
                });
    }

    @Test
    void theApplicationsOwnObserverStandsInPlaceOfOurs() {
        List<String> seen = new ArrayList<>();
        runner.withBean(CallObserver.class, () -> call -> {
                    Object result = call.proceed();
                    seen.add(call.method() + " " + call.locks() + " " + call.outcome());
                    return result;
                })
                .run(context -> {
                    context.getBean(Service.class).call("secret", () -> null);
                    assertThat(seen).containsExactly("Service.call [order] GRANTED");
                    assertThat(observations).doesNotHaveAnyObservation();
                });
    }

    @Test
    void bootMakesMetersOfIt() {
        bare.withConfiguration(AutoConfigurations.of(
                        ObservationAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class,
                        SimpleMetricsExportAutoConfiguration.class))
                .run(context -> {
                    context.getBean(Service.class).call("secret", () -> null);
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("owned.lock.call")
                                    .tags("name", "order", "outcome", "granted", "error", "none")
                                    .timer()
                                    .count())
                            .isEqualTo(1);
                });
    }

    /** Both ways. */
    @Test
    void theDocumentSaysWhatThereIs() {
        assertThat(SpringDocument.rows("key value").stream().map(row -> row[0] + " " + row[1]))
                .containsExactlyElementsOf(Stream.concat(
                                rows(LockCallDocumentation.CALL.getLowCardinalityKeyNames(), "low"),
                                rows(LockCallDocumentation.CALL.getHighCardinalityKeyNames(), "high"))
                        .toList());
        assertThat(LockCallDocumentation.CALL.getDefaultConvention()).isEqualTo(DefaultLockCallConvention.class);
        assertThat(LockCallDocumentation.CALL.getEvents()).containsExactly(LockCallDocumentation.Events.ACQUIRED);
    }

    private static Stream<String> rows(KeyName[] keys, String cardinality) {
        return Stream.of(keys).map(key -> "`" + key.asString() + "` " + cardinality);
    }
}
