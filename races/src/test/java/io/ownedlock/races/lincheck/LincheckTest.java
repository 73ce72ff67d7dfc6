package io.ownedlock.races.lincheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All stages of this package; {@code -Draces.run=long} for more of everything. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class LincheckTest {

    private static final Path TARGET = Path.of("target", "lincheck");

    private final List<String> figures = new ArrayList<>();

    static List<Search> stages() {
        return List.of(
                Search.thorough(HeldLock.class, "release | glance | enter"),
                Search.only(HeldLock.class, "end | enter", "release | end; enter", "release | seal; enter"),
                Search.of(PoisonedLock.class, "enter | die", "enter | enter; repair"),
                Search.of(LockThatGoesOn.Barging.class, "enter | die", "enter | seal; enter"),
                Search.of(LockThatGoesOn.Fair.class, "enter | enter | die"),
                Search.of(LockThatGoesOn.HandedOver.class, "enter | die | enter"),
                Search.of(EndedTasks.class, "enterDoomed | end; enter"),
                Search.of(
                        Tries.class,
                        "takeLeft; endLeft | takeRight; giveRight",
                        "takeLeft; giveLeft | seal; takeRight"),
                Search.only(Conditions.class, "take | put", "take | die"),
                Search.of(Permits.Semaphore.class, "enter | die", "enter | glance | enter"),
                Search.of(Permits.Limiter.class, "enter | die", "enter | pause"),
                Search.of(Lots.class, "enter | die", "enter | enter"),
                Search.of(ReadersAndWriters.class, "read | dieWriting", "write | dieReading"),
                Search.of(Registered.class, "enter | round; round"),
                Search.thorough(Registered.class, "enter | enter", "die; enter | round"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stages")
    void everyOrderOfTurnsIsExplained(Search stage) {
        note(stage.checkModel());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stages")
    void whateverThreadsDoIsExplained(Search stage) {
        note(stage.stress());
    }

    private void note(String figure) {
        System.out.println(figure);
        figures.add(figure);
        assertThat(Counting.runs()).isPositive();
    }

    @AfterAll
    void write() throws IOException {
        Files.createDirectories(TARGET);
        Files.write(TARGET.resolve(System.getProperty("races.run", "short") + "-run.txt"), figures);
    }
}
