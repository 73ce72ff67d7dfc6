package io.ownedlock.spring.observe.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.SpringDocument;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockJfrAutoConfiguration;
import io.ownedlock.sync.Abandonment;
import io.ownedlock.sync.BreakReason;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.DeadlockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitOutcome;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LockFlightRecorderTest {

    private static final LockId ORDER = new LockId("order", "secret");

    @TempDir
    Path directory;

    private final LockFlightRecorder recorder = new LockFlightRecorder();
    private final LockRegistry locks = LockRegistry.builder().listener(recorder).build();

    private interface Happening {
        void happen() throws Exception;
    }

    /** Our events of what happens meanwhile, under these settings. */
    private List<RecordedEvent> record(Map<String, String> settings, Happening happening) throws Exception {
        Path file = directory.resolve("some.jfr");
        try (Recording recording = new Recording()) {
            recording.setSettings(settings);
            recording.start();
            happening.happen();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.ownedlock."))
                .toList();
    }

    private static Map<String, String> all(String over) {
        return Map.of(
                "io.ownedlock.LockWait#enabled", "true",
                "io.ownedlock.LockWait#over", over,
                "io.ownedlock.LockHold#enabled", "true",
                "io.ownedlock.LockHold#over", over,
                "io.ownedlock.LockBreak#enabled", "true",
                "io.ownedlock.LockDeadlock#enabled", "true");
    }

    private static String name(RecordedEvent event) {
        return event.getEventType().getName();
    }

    private static RecordedEvent only(String name, List<RecordedEvent> events) {
        List<RecordedEvent> found =
                events.stream().filter(event -> name(event).equals(name)).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @Test
    void anAbandonedLockIsABreakAndItsWaiterAWaitThatFailed() throws Exception {
        TaskLock lock = locks.obtain("order", "secret");
        Abandonment[] told = new Abandonment[1];
        List<RecordedEvent> events = record(all("0 ns"), () -> {
            Call<?>[] waiter = new Call<?>[1];
            Task.<Object, RuntimeException>runInTask("POST /orders", () -> {
                lock.acquire();
                waiter[0] = Call.start(lock::acquire).awaitParked();
                return "";
            });
            told[0] = ((BrokenLockException) waiter[0].thrown()).abandonment();
        });
        RecordedEvent broken = only("io.ownedlock.LockBreak", events);
        assertThat(broken.getString("lock")).isEqualTo("order");
        assertThat(broken.getString("incident")).isEqualTo(told[0].incident());
        assertThat(broken.getString("reason")).isEqualTo("OWNER_ENDED");
        assertThat(broken.getBoolean("sealed")).isFalse();
        assertThat(broken.getString("owner")).isEqualTo(told[0].owner().label());
        assertThat(broken.getInstant("acquiredAt")).isEqualTo(told[0].acquiredAt());
        assertThat(broken.getInt("waitersTold")).isEqualTo(1);
        assertThat(broken.getThread().getJavaName())
                .isEqualTo(Thread.currentThread().getName());
        RecordedEvent wait = only("io.ownedlock.LockWait", events);
        assertThat(wait.getString("outcome")).isEqualTo("BROKEN");
        assertThat(wait.getDuration("waited")).isPositive();
        assertThat(wait.getThread().getJavaName()).isEqualTo("call");
        assertThat(events.toString()).doesNotContain("secret");
    }

    @Test
    void aSealIsABreakToo() throws Exception {
        TaskInfo owner = new TaskInfo(7, "POST /orders", TaskKind.REQUEST, null, Instant.EPOCH, null, "exec-1", null);
        Abandonment seal = new Abandonment(
                "1a2b",
                ORDER,
                owner,
                Instant.EPOCH,
                null,
                Instant.EPOCH,
                BreakReason.OWNER_STUCK,
                OnOwnerEnd.BREAK,
                null);
        RecordedEvent event = only("io.ownedlock.LockBreak", record(all("0 ns"), () -> recorder.sealed(seal, 3)));
        assertThat(event.getBoolean("sealed")).isTrue();
        assertThat(event.getString("reason")).isEqualTo("OWNER_STUCK");
        assertThat(event.getInt("waitersTold")).isEqualTo(3);
    }

    @Test
    void waitsAndHoldsAreEventsThatSayHowLongAndWhere() throws Exception {
        TaskLock lock = locks.obtain("order", "secret");
        List<RecordedEvent> events = record(all("0 ns"), () -> {
            Call<?> waiter;
            try (Hold hold = lock.acquire()) {
                waiter = Call.start(() -> {
                            try (Hold next = lock.acquire()) {
                                return next;
                            }
                        })
                        .awaitParked();
            }
            waiter.get();
        });
        assertThat(events)
                .extracting(LockFlightRecorderTest::name)
                .containsExactlyInAnyOrder("io.ownedlock.LockWait", "io.ownedlock.LockHold", "io.ownedlock.LockHold");
        RecordedEvent wait = only("io.ownedlock.LockWait", events);
        assertThat(wait.getString("lock")).isEqualTo("order");
        assertThat(wait.getString("outcome")).isEqualTo("GRANTED");
        assertThat(wait.getDuration("waited")).isPositive();
        assertThat(wait.getStackTrace().getFrames())
                .anyMatch(frame -> frame.getMethod().getType().getName().contains("LockFlightRecorderTest"));
        assertThat(events.toString()).doesNotContain("secret");
    }

    @Test
    void aRefusedDeadlockIsAnEvent() throws Exception {
        TaskLock first = locks.obtain("first", "secret");
        TaskLock second = locks.obtain("second", "secret");
        List<RecordedEvent> events = record(all("1 h"), () -> {
            first.lock();
            Call<?> other = Call.start(() -> {
                        second.lock();
                        first.lock();
                        first.unlock();
                        second.unlock();
                        return null;
                    })
                    .awaitParked();
            assertThatExceptionOfType(DeadlockException.class).isThrownBy(second::lock);
            first.unlock();
            other.get();
        });
        RecordedEvent deadlock = only("io.ownedlock.LockDeadlock", events);
        assertThat(deadlock.getString("lock")).isEqualTo("second");
        assertThat(deadlock.getBoolean("refused")).isTrue();
        assertThat(only("io.ownedlock.LockWait", events).getString("outcome"))
                .as("who does not get it, however soon")
                .isEqualTo("DEADLOCK");
        assertThat(events.toString()).doesNotContain("secret");
    }

    @Test
    void aDeadlockThatIsOnlyWarnedOfIsOneToo() throws Exception {
        List<RecordedEvent> events = record(all("1 h"), () -> recorder.deadlockWarned(ORDER, "secret"));
        assertThat(only("io.ownedlock.LockDeadlock", events).getBoolean("refused"))
                .isFalse();
        assertThat(events.toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({"20 ms, 20000000", "20ms, 20000000", "1 us, 1000", "0 ns, 0", "2 s, 2000000000", "1 h, 3600000000000"})
    void howLongItMustHaveTakenIsASetting(String over, long nanos) throws Exception {
        List<RecordedEvent> events = record(all(over), () -> {
            recorder.released(ORDER, nanos);
            recorder.released(ORDER, nanos - 1);
            recorder.acquired(ORDER, nanos + 1);
            recorder.acquired(ORDER, nanos - 1);
            recorder.notAcquired(ORDER, WaitOutcome.REFUSED, 0);
        });
        // A hold of less than nothing is less than any setting, and a wait of nothing is none.
        assertThat(events).extracting(LockFlightRecorderTest::name).hasSize(3);
        assertThat(only("io.ownedlock.LockHold", events).getDuration("held")).isEqualTo(Duration.ofNanos(nanos));
    }

    @Test
    void ofTwoRecordingsTheOneThatWantsMoreDecides() throws Exception {
        try (Recording other = new Recording()) {
            other.enable("io.ownedlock.LockHold").with("over", "1 ms");
            other.start();
            List<RecordedEvent> events = record(all("1 s"), () -> {
                recorder.released(ORDER, 999_999);
                recorder.released(ORDER, 1_000_000);
            });
            assertThat(only("io.ownedlock.LockHold", events).getDuration("held"))
                    .isEqualTo(Duration.ofMillis(1));
        }
        assertThat(record(all("1 s"), () -> recorder.released(ORDER, 1_000_000)))
                .isEmpty();
    }

    @Test
    void whatIsNoTimeIsTheDefault() throws Exception {
        List<RecordedEvent> events = record(all("soon"), () -> {
            recorder.released(ORDER, 19_999_999);
            recorder.released(ORDER, 20_000_000);
        });
        assertThat(only("io.ownedlock.LockHold", events).getDuration("held")).isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void whatIsNotEnabledIsNotRecorded() throws Exception {
        assertThat(record(
                        Map.of("io.ownedlock.LockWait#enabled", "false", "io.ownedlock.LockHold#enabled", "false"),
                        () -> {
                            recorder.acquired(ORDER, Long.MAX_VALUE);
                            recorder.released(ORDER, Long.MAX_VALUE);
                        }))
                .isEmpty();
    }

    private record Described(Set<String> fields, Set<String> settings) {}

    /** Both ways: nothing is missing in the document, and nothing in it is made up. */
    @Test
    void theDocumentSaysWhatThereIs() {
        Map<String, Described> there = new TreeMap<>();
        for (EventType type : FlightRecorder.getFlightRecorder().getEventTypes()) {
            if (type.getName().startsWith("io.ownedlock.")) {
                there.put(
                        type.getName(),
                        new Described(
                                without(
                                        Set.of("startTime", "duration", "eventThread", "stackTrace"),
                                        type.getFields().stream().map(ValueDescriptor::getName)),
                                without(
                                        Set.of("enabled", "threshold", "stackTrace"),
                                        type.getSettingDescriptors().stream().map(SettingDescriptor::getName))));
                assertThat(type.getCategoryNames()).containsExactly("OwnedLock");
                assertThat(type.getLabel()).isNotBlank();
                assertThat(type.getDescription()).isNotBlank();
            }
        }
        Map<String, Described> told = new TreeMap<>();
        for (String[] row : SpringDocument.rows("event")) {
            assertThat(row).hasSize(4);
            told.put(words(row[0]).iterator().next(), new Described(words(row[2]), words(row[3])));
        }
        assertThat(told).isEqualTo(there);
    }

    private static Set<String> without(Set<String> known, Stream<String> names) {
        Set<String> rest = names.collect(Collectors.toCollection(TreeSet::new));
        rest.removeAll(known);
        return rest;
    }

    private static Set<String> words(String text) {
        return Pattern.compile("`([^`]+)`")
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(OwnedLockAutoConfiguration.class, OwnedLockJfrAutoConfiguration.class));

    @Test
    void theStarterRecords() {
        runner.run(context -> {
            TaskLock lock = context.getBean(LockRegistry.class).obtain("order");
            assertThat(record(all("0 ns"), () -> lock.acquire().close())).hasSize(1);
        });
    }

    @Test
    void itCanBeTurnedOffAndReplacedAndDoneWithout() {
        runner.withPropertyValues("owned-lock.jfr.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(LockFlightRecorder.class));
        runner.withBean("mine", LockFlightRecorder.class, () -> recorder)
                .run(context ->
                        assertThat(context.getBean(LockFlightRecorder.class)).isSameAs(recorder));
        runner.withClassLoader(new FilteredClassLoader(Event.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LockFlightRecorder.class));
        runner.withPropertyValues("owned-lock.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(LockFlightRecorder.class));
    }
}
