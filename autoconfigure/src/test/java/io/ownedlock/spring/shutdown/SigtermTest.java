package io.ownedlock.spring.shutdown;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.spring.Eventually;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real process gets a real signal while requests wait for locks. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SigtermTest {

    private static final Duration PHASE = Duration.ofSeconds(10);
    private static final Pattern PORT = Pattern.compile("^port (\\d+)$", Pattern.MULTILINE);

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private Process process;
    private int port;

    private record Answer(HttpResponse<String> response, long atNanos) {}

    private void start() throws IOException {
        File output = directory.resolve("output").toFile();
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // Started once, for a few requests: not worth more.
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Draining.class.getName(),
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--server.shutdown=graceful",
                        "--spring.lifecycle.timeout-per-shutdown-phase=" + PHASE,
                        "--owned-lock.web.problem.include-details=always")
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(output))
                .start();
        long start = System.nanoTime();
        Matcher matcher = PORT.matcher("");
        while (!matcher.find()) {
            assertThat(process.isAlive() && System.nanoTime() - start < TimeUnit.MINUTES.toNanos(2))
                    .as(this::output)
                    .isTrue();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            matcher.reset(output());
        }
        port = Integer.parseInt(matcher.group(1));
    }

    @AfterEach
    void stop() {
        process.destroyForcibly();
    }

    private String output() {
        try {
            return Files.readString(directory.resolve("output"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompletableFuture<Answer> get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofMinutes(1))
                .build();
        return client.sendAsync(request, BodyHandlers.ofString())
                .thenApply(response -> new Answer(response, System.nanoTime()));
    }

    private void awaitState(String state) {
        Eventually.until(state, () -> get("/state").join().response().body().equals(state));
    }

    @Test
    void whoseOwnerIsDoneInTimeAreServedAndTheOthersAreToldBeforeItIsUp() throws Exception {
        start();
        CompletableFuture<Answer> owner = get("/until-closing/1");
        CompletableFuture<Answer> stubborn = get("/for-ever/2");
        awaitState("[order[1] 0, order[2] 0]");
        CompletableFuture<Answer> served = get("/take/1");
        CompletableFuture<Answer> told = get("/take/2");
        CompletableFuture<Answer> alsoTold = get("/take/2");
        awaitState("[order[1] 1, order[2] 2]");

        long signal = System.nanoTime();
        process.destroy();

        assertThat(owner.join().response().body()).isEqualTo("done");
        assertThat(served.join().response().body()).isEqualTo("served");
        for (Answer answer : new Answer[] {told.join(), alsoTold.join()}) {
            assertThat(answer.response().statusCode()).isEqualTo(503);
            assertThat(answer.response().headers().firstValue("Retry-After")).isPresent();
            assertThat(answer.response().body())
                    .contains("urn:ownedlock:problem:shutdown", "SHUTDOWN", "GET /for-ever/{key}");
            // Less than all of it, or they could not have been told; how much less, depends on the machine.
            assertThat(Duration.ofNanos(answer.atNanos() - signal))
                    .isGreaterThanOrEqualTo(PHASE.multipliedBy(4).dividedBy(5));
        }
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(this::output).isTrue();
        assertThat(process.exitValue()).as("ended by the signal").isEqualTo(128 + 15);
        assertThat(stubborn).as("cut off").failsWithin(Duration.ofMinutes(1));
        assertThat(output()).containsOnlyOnce("Lock order[2] was sealed: the application is shutting down");
        System.out.printf(
                "After SIGTERM with %d ms for the phase: served after %d ms, told after %d ms%n",
                PHASE.toMillis(),
                TimeUnit.NANOSECONDS.toMillis(served.join().atNanos() - signal),
                TimeUnit.NANOSECONDS.toMillis(alsoTold.join().atNanos() - signal));
    }
}
