package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.LockRegistryCustomizer;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockHealthAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockMetricsAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockWatchdogAutoConfiguration;
import io.ownedlock.spring.watchdog.WatchdogLifecycle;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.Permit;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitOutcome;
import io.ownedlock.task.Task;
import io.ownedlock.time.Ticker;
import io.ownedlock.watchdog.Guard;
import io.ownedlock.watchdog.Watchdog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class ObserveTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    OwnedLockAutoConfiguration.class,
                    OwnedLockWatchdogAutoConfiguration.class,
                    OwnedLockHealthAutoConfiguration.class,
                    OwnedLockMetricsAutoConfiguration.class,
                    HealthContributorAutoConfiguration.class,
                    HealthContributorRegistryAutoConfiguration.class,
                    EndpointAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    SimpleMetricsExportAutoConfiguration.class))
            .withPropertyValues("owned-lock.locks.ledger.on-owner-end=poison");

    /** Ends a task that holds the lock, with one waiter, which is told. */
    private static BrokenLockException abandon(TaskLock lock) {
        Call<?>[] waiter = new Call<?>[1];
        Task.<Object, RuntimeException>runInTask("POST /orders", () -> {
            lock.acquire();
            waiter[0] = Call.start(lock::acquire).awaitParked();
            return "";
        });
        return (BrokenLockException) waiter[0].thrown();
    }

    private static LockRegistry locks(ApplicationContext context) {
        return context.getBean(LockRegistry.class);
    }

    @Test
    void healthCountsAndSaysNothingOfKeysOrRequests() {
        runner.run(context -> {
            TaskLock lock = locks(context).obtain("order", "secret");
            locks(context).obtain("order", "idle");
            try (Hold ignored = lock.acquire()) {
                Call<?> waiter = Call.start(() -> {
                            lock.acquire().close();
                            return null;
                        })
                        .awaitParked();
                Health health = health(context);
                assertThat(health.getStatus()).isEqualTo(Status.UP);
                assertThat(health.getDetails())
                        .isEqualTo(Map.of(
                                "locks",
                                2,
                                "held",
                                1,
                                "waiting",
                                1,
                                "poisoned",
                                0,
                                "sealed",
                                0,
                                "overdue",
                                0,
                                "incidents",
                                0L,
                                "watchdog",
                                "running"));
                ignored.close();
                waiter.get();
            }
        });
    }

    private static Health health(ApplicationContext context) {
        return context.getBean("ownedLocksHealthIndicator", HealthIndicator.class)
                .health();
    }

    @Test
    void healthIsRegisteredUnderItsName() {
        runner.run(context -> assertThat(
                        context.getBean(HealthContributorRegistry.class).getContributor("ownedLocks"))
                .isNotNull());
    }

    @Test
    void healthIsUpAfterABreakAndRemembersIt() {
        runner.run(context -> {
            BrokenLockException told = abandon(locks(context).obtain("order", "secret"));
            Health health = health(context);
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsEntry("incidents", 1L)
                    .containsEntry("lastIncident", told.abandonment().brokenAt().toString());
            assertThat(health.toString()).doesNotContain("secret").doesNotContain("POST");
        });
    }

    @Test
    void healthIsDegradedWhileALockIsPoisonedAndUpAfterItsRepair() {
        runner.run(context -> {
            TaskLock lock = locks(context).obtain("ledger", 1);
            abandon(lock);
            assertThat(health(context).getStatus()).isEqualTo(OwnedLocksHealthIndicator.DEGRADED);
            assertThat(health(context).getDetails()).containsEntry("poisoned", 1);
            lock.repair();
            assertThat(health(context).getStatus()).isEqualTo(Status.UP);
        });
    }

    @Test
    void healthIsDegradedWhileALockIsSealedAndUpAfterItsRelease() {
        runner.run(context -> {
            TaskLock lock = locks(context).obtain("order", 1);
            try (Hold hold = lock.acquire()) {
                lock.breakWaiters();
                assertThat(health(context).getStatus()).isEqualTo(OwnedLocksHealthIndicator.DEGRADED);
                assertThat(health(context).getDetails())
                        .containsEntry("sealed", 1)
                        .containsEntry("held", 1);
            }
            assertThat(health(context).getStatus()).isEqualTo(Status.UP);
        });
    }

    @Test
    void healthIsDegradedWhileALockIsHeldForLongerThanItMay() {
        AtomicLong later = new AtomicLong();
        runner.withPropertyValues(
                        "owned-lock.locks.order.hold-at-most=1h",
                        "owned-lock.locks.room.hold-at-most=1h",
                        "owned-lock.watchdog.enabled=false")
                .withBean(LockRegistryCustomizer.class, () -> builder -> builder.ticker(put(later)))
                .run(context -> {
                    LockRegistry locks = locks(context);
                    Hold tooLong = locks.obtain("order", 1).acquire();
                    Hold without = locks.obtain("ledger", 1).acquire();
                    Permit permit = locks.obtainSemaphore("room", 1, 1).acquire();
                    later.addAndGet(Duration.ofHours(2).toNanos());
                    Hold fresh = locks.obtain("order", 2).acquire();
                    assertThat(health(context).getStatus()).isEqualTo(OwnedLocksHealthIndicator.DEGRADED);
                    assertThat(health(context).getDetails())
                            .containsEntry("overdue", 1)
                            .containsEntry("sealed", 0)
                            .containsEntry("held", 4);
                    tooLong.close();
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                    without.close();
                    permit.close();
                    fresh.close();
                });
    }

    /** A clock that is put on by so much; what was taken before is longer ago. */
    private static Ticker put(AtomicLong nanos) {
        return new Ticker() {
            @Override
            public long nanos() {
                return System.nanoTime() + nanos.get();
            }

            @Override
            public Instant now() {
                return Instant.now();
            }
        };
    }

    @Test
    void degradedIsAnsweredWith200AndLeavesTheWholeAsItIs() {
        assertThat(HttpCodeStatusMapper.getDefault().getStatusCode(OwnedLocksHealthIndicator.DEGRADED))
                .isEqualTo(200);
        assertThat(StatusAggregator.getDefault().getAggregateStatus(Status.UP, OwnedLocksHealthIndicator.DEGRADED))
                .isEqualTo(Status.UP);
    }

    @Test
    void healthIsDegradedWhileTheWatchdogStalls() {
        Clock clock = new Clock();
        CountDownLatch forEver = new CountDownLatch(1);
        Guard stuck = () -> assertThatException().isThrownBy(forEver::await);
        WatchdogLifecycle watchdog = new WatchdogLifecycle(new Watchdog(clock, List.of(stuck)), Duration.ofSeconds(1));
        watchdog.start();
        OwnedLocksHealthIndicator indicator =
                new OwnedLocksHealthIndicator(LockRegistry.builder().build(), new Incidents(), watchdog);
        assertThat(indicator.health().getDetails()).containsEntry("watchdog", "running");
        clock.nanos.addAndGet(Duration.ofMillis(5001).toNanos());
        assertThat(indicator.health().getStatus()).isEqualTo(OwnedLocksHealthIndicator.DEGRADED);
        assertThat(indicator.health().getDetails()).containsEntry("watchdog", "stalled");
        watchdog.stop();
    }

    @Test
    void healthSaysWhenThereIsNoWatchdog() {
        runner.withPropertyValues("owned-lock.watchdog.enabled=false")
                .run(context -> assertThat(health(context).getDetails()).containsEntry("watchdog", "off"));
    }

    @Test
    void healthCanBeSwitchedOffAndIsLeftOutWithoutItsLibrary() {
        runner.withPropertyValues("management.health.ownedlocks.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(OwnedLocksHealthIndicator.class)
                        .doesNotHaveBean(Incidents.class));
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(OwnedLockAutoConfiguration.class, OwnedLockHealthAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean(OwnedLockHealthAutoConfiguration.class));
    }

    @Test
    void eachIsReplacedByTheApplicationsOwn() {
        Incidents incidents = new Incidents();
        LockMetrics metrics = new LockMetrics(() -> LockRegistry.builder().build());
        HealthIndicator fine = () -> Health.up().build();
        runner.withBean("myIncidents", Incidents.class, () -> incidents)
                .withBean("myMetrics", LockMetrics.class, () -> metrics)
                .withBean("ownedLocksHealthIndicator", HealthIndicator.class, () -> fine)
                .run(context -> {
                    assertThat(context.getBean(Incidents.class)).isSameAs(incidents);
                    assertThat(context.getBean(LockMetrics.class)).isSameAs(metrics);
                    assertThat(context).doesNotHaveBean(OwnedLocksHealthIndicator.class);
                });
    }

    @Test
    void withoutOwnedLockThereIsNeitherHealthNorAMeter() {
        runner.withPropertyValues("owned-lock.enabled=false")
                .withBean(LockRegistry.class, () -> LockRegistry.builder().build())
                .run(context -> assertThat(context)
                        .doesNotHaveBean(OwnedLockHealthAutoConfiguration.class)
                        .doesNotHaveBean(OwnedLockMetricsAutoConfiguration.class)
                        .doesNotHaveBean(OwnedLockWatchdogAutoConfiguration.class));
    }

    @Test
    void metersCountWaitsHoldsAndBreaks() {
        runner.run(context -> {
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            locks(context).obtain("order", 1).acquire().close();
            abandon(locks(context).obtain("order", 2));
            abandon(locks(context).obtain("ledger", 2));

            assertThat(wait(meters, "order", "granted")).isEqualTo(2);
            assertThat(wait(meters, "order", "broken")).isEqualTo(1);
            assertThat(wait(meters, "order", "timed_out")).isZero();
            assertThat(meters.get("owned.lock.hold")
                            .tag("name", "order")
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(broken(meters, "order")).isEqualTo(1);
            assertThat(broken(meters, "ledger")).isEqualTo(1);
        });
    }

    private static long wait(MeterRegistry meters, String name, String outcome) {
        return meters.get("owned.lock.wait")
                .tag("name", name)
                .tag("outcome", outcome)
                .timer()
                .count();
    }

    private static double broken(MeterRegistry meters, String name) {
        return meters.get("owned.lock.broken")
                .tag("name", name)
                .tag("reason", "owner_ended")
                .counter()
                .count();
    }

    @Test
    void aKeyIsNeverATag() {
        runner.run(context -> {
            abandon(locks(context).obtain("order", "secret"));
            assertThat(context.getBean(MeterRegistry.class).getMeters())
                    .filteredOn(meter -> meter.getId().getName().startsWith("owned.lock"))
                    .hasSize(WaitOutcome.values().length + BreakReason.values().length + 6)
                    .allSatisfy(meter -> {
                        assertThat(meter.getId().getTags())
                                .extracting(Tag::getKey)
                                .isSubsetOf("name", "outcome", "reason");
                        assertThat(meter.getId().getTags())
                                .extracting(Tag::getValue)
                                .doesNotContain("secret");
                        assertThat(meter.getId().getDescription()).isNotBlank();
                    });
        });
    }

    @Test
    void gaugesCountWhatIsHeldAndWaitedForOncePerSecond() throws Exception {
        Clock clock = new Clock();
        LockRegistry[] locks = new LockRegistry[1];
        LockMetrics metrics = new LockMetrics(() -> locks[0], clock);
        locks[0] = LockRegistry.builder().listener(metrics).build();
        MeterRegistry first = new SimpleMeterRegistry();
        MeterRegistry second = new SimpleMeterRegistry();
        metrics.bindTo(first);
        metrics.bindTo(second);

        TaskLock lock = locks[0].obtain("order", 1);
        Hold hold = lock.acquire();
        Call<?> waiter = Call.start(() -> {
                    lock.acquire().close();
                    return null;
                })
                .awaitParked();
        assertThat(gauge(first, "owned.lock.held")).isEqualTo(1);
        assertThat(gauge(second, "owned.lock.waiting")).isEqualTo(1);
        hold.close();
        waiter.get();
        clock.nanos.addAndGet(Duration.ofSeconds(1).toNanos() - 1);
        assertThat(gauge(second, "owned.lock.held")).isEqualTo(1);
        clock.nanos.incrementAndGet();
        assertThat(gauge(first, "owned.lock.held")).isZero();
        assertThat(gauge(second, "owned.lock.waiting")).isZero();
    }

    private static double gauge(MeterRegistry meters, String meter) {
        return meters.get(meter).tag("name", "order").gauge().value();
    }

    @Test
    void metersAreLeftOutWithoutARegistryOrItsLibrary() {
        ApplicationContextRunner bare = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        OwnedLockAutoConfiguration.class, OwnedLockMetricsAutoConfiguration.class));
        bare.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LockMetrics.class));
        bare.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean(OwnedLockMetricsAutoConfiguration.class));
    }

    @Test
    void anIncidentIsOneLineThatSaysItAll(CapturedOutput output) {
        runner.run(context -> {
            BrokenLockException told = abandon(locks(context).obtain("order", "42\nWARN a forged line"));
            assertThat(output.getAll().lines().filter(line -> line.contains("was abandoned")))
                    .singleElement()
                    .asString()
                    .contains("WARN")
                    .contains("order[42_WARN a forged line]")
                    .contains(told.abandonment().owner().label())
                    .contains("on thread " + Thread.currentThread().getName())
                    .contains(told.abandonment().acquiredAt().toString())
                    .contains("1 waiter was told")
                    .contains("It is free again")
                    .contains("close the hold in a finally")
                    .contains("Incident " + told.abandonment().incident());
        });
    }

    @Test
    void aLeakThatNobodyWaitsForIsALineInTheLogToo(CapturedOutput output) {
        runner.run(context -> {
            TaskLock lock = locks(context).obtain("order", 42);
            Task.runInTask("POST /orders", () -> lock.acquire());
            assertThat(output.getAll().lines().filter(line -> line.contains("was abandoned")))
                    .singleElement()
                    .asString()
                    .contains("WARN")
                    .contains("order[42]")
                    .contains("'POST /orders'")
                    .contains("0 waiters were told")
                    .contains("Incident " + lock.snapshot().abandonment().incident());
        });
    }

    @Test
    void theLineOfAPoisonedLockSaysHowToRepairIt(CapturedOutput output) {
        runner.run(context -> {
            abandon(locks(context).obtain("ledger"));
            assertThat(output.getAll())
                    .contains(
                            "It stays poisoned: check what it protects, then repair it, by the endpoint ownedlocks or by its repair()");
        });
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "2, 2"})
    void thereAreAsManyLinesInAMinuteAsThePropertySays(int most, int lines, CapturedOutput output) {
        runner.withPropertyValues("owned-lock.log.max-per-minute=" + most).run(context -> {
            for (int key = 0; key < 3; key++) {
                abandon(locks(context).obtain("order", key));
            }
            assertThat(output.getAll().lines().filter(line -> line.contains("was abandoned")))
                    .hasSize(lines);
        });
    }

    private static final class Clock implements Ticker {

        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }
    }
}
