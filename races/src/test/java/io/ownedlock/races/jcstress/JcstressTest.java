package io.ownedlock.races.jcstress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All races of this package; {@code -Draces.run=long} for as long as it takes to meet what is rare. */
@TestInstance(Lifecycle.PER_CLASS)
class JcstressTest {

    private static final Path TARGET = Path.of("target", "jcstress");

    private Run run;

    @BeforeAll
    @Timeout(value = 55, unit = TimeUnit.MINUTES)
    void run() throws Exception {
        run = "long".equals(System.getProperty("races.run")) ? Run.atLength(TARGET.toAbsolutePath()) : Run.inShort();
        Files.createDirectories(TARGET);
        Files.writeString(TARGET.resolve(run + "-run.txt"), run.summary());
        System.out.println(run.summary());
    }

    Collection<Verdict> verdicts() {
        return run.verdicts();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("verdicts")
    void nothingForbiddenHasBeenSeen(Verdict verdict) {
        assertThat(verdict.problems()).isEmpty();
    }
}
