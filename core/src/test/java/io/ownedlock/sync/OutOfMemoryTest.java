package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The memory ends inside an operation, a little later in it each time: a JVM of its own, that has little, does so. The long form, with
 * {@code deaths.rounds}, does so at each object.
 */
@Timeout(value = 65, unit = TimeUnit.MINUTES) // The child is watched below.
class OutOfMemoryTest {

    private static final boolean LONG = Integer.getInteger("deaths.rounds") != null;

    /** One thread collects, no thread has a part of its own, and nothing grows. */
    private static final List<String> SMALL_HEAP =
            List.of("-XX:+UseSerialGC", "-XX:-UseTLAB", "-Xms16m", "-Xmx16m", "-Xmn1m");

    @Test
    void atEachObject(@TempDir Path directory) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SMALL_HEAP);
        command.add("-Downedlock.patience=" + System.getProperty("ownedlock.patience", "20"));
        command.add("-Dmemory.strikes=" + (LONG ? 0 : 1));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MemoryStrikes.class.getName()));
        command.add(System.getProperty("memory.only", ""));
        File output = directory.resolve("output").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(output))
                .start();
        try {
            assertThat(process.waitFor(LONG ? 3600 : 300, TimeUnit.SECONDS))
                    .as(() -> "it ends: " + read(output))
                    .isTrue();
            assertThat(process.exitValue()).as(() -> read(output)).isZero();
        } finally {
            process.destroyForcibly();
        }
        if (LONG) {
            System.out.println(read(output).lines().reduce("", (before, last) -> last));
        }
    }

    private static String read(File output) {
        try {
            return Files.readString(output.toPath());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
