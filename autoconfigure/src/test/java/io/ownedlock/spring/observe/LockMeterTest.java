package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.SpringDocument;
import io.ownedlock.spring.TestTicker;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockMetricsAutoConfiguration;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOverdue;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.TaskSemaphore;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** What each event is counted as, and that the document says so. */
class LockMeterTest {

    private final TestTicker time = new TestTicker();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LockMetrics metrics = new LockMetrics(this::locks, time);
    private final LockRegistry locks = registry();

    private LockRegistry registry() {
        metrics.bindTo(meters);
        LockSettings slow = LockSettings.DEFAULTS.withHoldAtMost(Duration.ofSeconds(1));
        return LockRegistry.builder()
                .ticker(time)
                .listener(metrics)
                .settings("full", LockSettings.DEFAULTS.withMaxWaiters(0))
                .settings("slow", slow)
                .settings("sealed", slow.withOnOverdue(OnOverdue.BREAK_WAITERS))
                .build();
    }

    private LockRegistry locks() {
        return locks;
    }

    private interface Event {
        void happen(LockRegistry locks, TestTicker time) throws Exception;
    }

    static Stream<Arguments> events() {
        return Stream.of(
                event("got and given back", LockMeterTest::granted, "wait granted, hold"),
                event("waited for too long", LockMeterTest::timedOut, "wait granted, wait timed_out"),
                event("interrupted", LockMeterTest::interrupted, "wait granted, wait interrupted"),
                event("refused", LockMeterTest::refused, "wait granted, wait refused"),
                event(
                        "would never have ended",
                        LockMeterTest::deadlock,
                        "wait granted, wait granted, wait deadlock, deadlock, hold, wait granted, hold, hold"),
                event("abandoned", LockMeterTest::abandoned, "wait granted, broken owner_ended, wait broken"),
                event("overdue", LockMeterTest::overdue, "wait granted, overdue"),
                event("sealed", LockMeterTest::sealed, "wait granted, overdue, broken owner_overdue, wait broken"),
                event("reclaimed", LockMeterTest::reclaimed, "wait granted, reclaimed"));
    }

    private static Arguments event(String name, Event event, String counted) {
        return arguments(named(name, event), counted);
    }

    @ParameterizedTest
    @MethodSource("events")
    void eachKindOfEventIsToldApart(Event event, String counted) throws Exception {
        event.happen(locks, time);
        assertThat(meters.getMeters().stream().flatMap(LockMeterTest::counted))
                .containsExactlyInAnyOrder(counted.split(", "));
    }

    /** Its name and its tag, as often as it was counted. */
    private static Stream<String> counted(Meter meter) {
        String what = Stream.concat(
                        Stream.of(meter.getId().getName().replace("owned.lock.", "")),
                        meter.getId().getTags().stream()
                                .filter(tag -> !tag.getKey().equals("name"))
                                .map(Tag::getValue))
                .collect(Collectors.joining(" "));
        long times = 0;
        for (Measurement measurement : meter.measure()) {
            times += measurement.getStatistic() == Statistic.COUNT ? (long) measurement.getValue() : 0;
        }
        return Stream.generate(() -> what).limit(times);
    }

    /** Held for good. */
    private static Task heldByAnother(TaskLock lock) {
        Task other = Task.start("other", TaskKind.CUSTOM);
        try (Attachment inside = other.attach()) {
            lock.acquire();
        }
        return other;
    }

    private static void granted(LockRegistry locks, TestTicker time) {
        locks.obtain("order").acquire().close();
    }

    private static void timedOut(LockRegistry locks, TestTicker time) {
        TaskLock lock = locks.obtain("order");
        heldByAnother(lock);
        Call<?> waiter = Call.start(() -> lock.acquire(Duration.ofMillis(1))).awaitParked();
        time.advance(Duration.ofMillis(1));
        assertThat(waiter.thrown()).isInstanceOf(WaitTooLongException.class);
    }

    private static void interrupted(LockRegistry locks, TestTicker time) {
        TaskLock lock = locks.obtain("order");
        heldByAnother(lock);
        Call<?> waiter = Call.start(() -> {
                    lock.lockInterruptibly();
                    return null;
                })
                .awaitParked();
        waiter.interrupt();
        assertThat(waiter.thrown()).isInstanceOf(InterruptedException.class);
    }

    private static void refused(LockRegistry locks, TestTicker time) {
        TaskLock lock = locks.obtain("full");
        heldByAnother(lock);
        assertThatExceptionOfType(LockRefusedException.class).isThrownBy(lock::acquire);
    }

    private static void deadlock(LockRegistry locks, TestTicker time) throws Exception {
        TaskLock ours = locks.obtain("order", 1);
        TaskLock theirs = locks.obtain("order", 2);
        Call<?> other;
        try (Hold hold = ours.acquire()) {
            other = Call.start(() -> {
                        try (Hold first = theirs.acquire();
                                Hold second = ours.acquire()) {
                            return second;
                        }
                    })
                    .awaitParked();
            assertThatExceptionOfType(DeadlockException.class).isThrownBy(theirs::acquire);
        }
        other.get();
    }

    private static void abandoned(LockRegistry locks, TestTicker time) {
        TaskLock lock = locks.obtain("order");
        Task owner = heldByAnother(lock);
        Call<?> waiter = Call.start(lock::acquire).awaitParked();
        owner.end();
        assertThat(waiter.thrown()).isInstanceOf(BrokenLockException.class);
    }

    private static void overdue(LockRegistry locks, TestTicker time) {
        TaskLock lock = locks.obtain("slow");
        heldByAnother(lock);
        time.advance(Duration.ofSeconds(2));
        lock.inspectOwners();
    }

    private static void sealed(LockRegistry locks, TestTicker time) {
        TaskLock lock = locks.obtain("sealed");
        heldByAnother(lock);
        time.advance(Duration.ofSeconds(2));
        lock.inspectOwners();
        assertThatExceptionOfType(BrokenLockException.class).isThrownBy(lock::acquire);
    }

    private static void reclaimed(LockRegistry locks, TestTicker time) {
        TaskSemaphore permits = locks.obtainSemaphore("permits", 1);
        Task.runInTask("owner", permits::acquire);
    }

    @Test
    void aDeadlockThatIsOnlyWarnedOfIsCountedToo() {
        metrics.deadlockWarned(locks.obtain("order").id(), "who waits for whom");
        assertThat(meters.getMeters().stream().flatMap(LockMeterTest::counted)).containsExactly("deadlock");
    }

    private record Described(String type, Map<String, Set<String>> tags) {}

    /** Both ways: nothing is missing in the document, and nothing in it is made up. */
    @Test
    void theDocumentSaysWhatThereIs() {
        locks.obtain("order").acquire().close();
        Map<String, Described> there = new TreeMap<>();
        for (Meter meter : meters.getMeters()) {
            Map<String, Set<String>> tags = there.computeIfAbsent(
                            meter.getId().getName(),
                            absent -> new Described(
                                    meter.getId().getType().name().toLowerCase(Locale.ROOT), new TreeMap<>()))
                    .tags();
            for (Tag tag : meter.getId().getTags()) {
                tags.computeIfAbsent(tag.getKey(), absent -> new TreeSet<>()).add(tag.getValue());
            }
        }
        there.values().forEach(described -> described.tags().get("name").remove("order"));
        Map<String, Described> told = new TreeMap<>();
        for (String[] row : SpringDocument.rows("meter")) {
            told.put(words(row[0]).get(0), new Described(row[1], tags(row[2])));
            assertThat(row).hasSize(5).doesNotContain("");
        }
        assertThat(told).isEqualTo(there);
    }

    /** {@code `name`, `reason`: `one`, `other`}. */
    private static Map<String, Set<String>> tags(String cell) {
        Map<String, Set<String>> tags = new TreeMap<>();
        for (String tag : cell.split("; ")) {
            List<String> words = words(tag);
            tags.put(words.get(0), new TreeSet<>(words.subList(1, words.size())));
        }
        return tags;
    }

    private static List<String> words(String text) {
        return Pattern.compile("`([^`]+)`")
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    OwnedLockAutoConfiguration.class,
                    OwnedLockMetricsAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    PrometheusMetricsExportAutoConfiguration.class));

    private static String scrape(ApplicationContext context) {
        context.getBean(LockRegistry.class).obtain("order").acquire().close();
        return context.getBean(PrometheusMeterRegistry.class).scrape();
    }

    @Test
    void thereIsNoHistogramUnlessAskedFor() {
        runner.run(context -> assertThat(scrape(context))
                .contains("owned_lock_wait_seconds_count", "owned_lock_hold_seconds_max")
                .doesNotContain("_bucket", "quantile"));
    }

    @Test
    void histogramsAreMadeByBootsProperties() {
        runner.withPropertyValues(
                        "management.metrics.distribution.percentiles-histogram.owned.lock.wait=true",
                        "management.metrics.distribution.slo.owned.lock.hold=1h",
                        "management.metrics.distribution.percentiles.owned.lock.hold=0.99")
                .run(context -> assertThat(scrape(context).lines())
                        .anyMatch(line -> line.startsWith(
                                "owned_lock_wait_seconds_bucket{name=\"order\",outcome=\"granted\",le=\"0.001\""))
                        .contains("owned_lock_hold_seconds_bucket{name=\"order\",le=\"3600.0\"} 1"));
    }

    @Test
    void aMeterIsSwitchedOffByBootsProperty() {
        runner.withPropertyValues("management.metrics.enable.owned.lock.hold=false")
                .run(context -> assertThat(scrape(context))
                        .contains("owned_lock_wait_seconds_count")
                        .doesNotContain("owned_lock_hold"));
    }
}
