package io.ownedlock.diagnosis;

import io.ownedlock.diagnosis.shop.ShopApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A shop in a JVM of its own on a free port of the loopback, as its clients and operators see it. It ends with this one. */
final class Shop implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    private static final Pattern STARTED = Pattern.compile("Started ShopApplication");

    /** Lines that an operator would be woken by. */
    private static final Predicate<String> ALARM =
            Pattern.compile("^\\S+ +(WARN|ERROR) |^Exception in thread").asPredicate();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final Path log;
    private int alarmsRead;
    private @Nullable URI address;

    private Shop(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts one that logs into the directory. */
    static Shop start(Kind kind, Path directory) throws IOException {
        Path log = directory.resolve(kind.profile() + ".log");
        ProcessBuilder jvm = new ProcessBuilder(
                        jdk("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        ShopApplication.class.getName(),
                        ShopApplication.ENDS_WITH_INPUT,
                        "--server.port=0",
                        "--spring.profiles.active=" + kind.profile(),
                        "--spring.output.ansi.enabled=never")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        jvm.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return new Shop(jvm.start(), log);
    }

    private static String jdk(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool).toString();
    }

    void awaitStarted() {
        Awaitility.await("the start of " + log).atMost(PATIENCE).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("The shop has ended, see " + log);
            }
            return log().anyMatch(STARTED.asPredicate());
        });
        int port = log().flatMap(line -> PORT.matcher(line).results())
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .findFirst()
                .orElseThrow();
        address = URI.create("http://127.0.0.1:" + port);
    }

    /** Sends a request that the client gives up after a time. */
    CompletableFuture<Answer> post(String path, Duration patience) {
        return post(path, "", patience);
    }

    /** The same, with some JSON. */
    CompletableFuture<Answer> post(String path, String json, Duration patience) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .timeout(patience)
                .build();
        return http.sendAsync(request, BodyHandlers.ofString())
                .thenApply(response -> new Answer(response, patience))
                .exceptionally(failure -> {
                    if (failure.getCause() instanceof HttpTimeoutException) {
                        return new Answer(null, patience);
                    }
                    throw new IllegalStateException("No answer to " + path + ", and no time-out either", failure);
                });
    }

    /** So many at once. */
    List<CompletableFuture<Answer>> post(int times, String path, Duration patience) {
        return Stream.generate(() -> post(path, patience)).limit(times).toList();
    }

    /** So many, one after the other: whoever gets no answer at once does not keep back the next. */
    List<CompletableFuture<Answer>> postInTurn(int times, String path, Duration patience) {
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            CompletableFuture<Answer> one = post(path, patience);
            sent.add(one);
            CompletableFuture.anyOf(one, afterAMoment()).join();
        }
        return sent;
    }

    private static CompletableFuture<Void> afterAMoment() {
        return new CompletableFuture<Void>().completeOnTimeout(null, 100, TimeUnit.MILLISECONDS);
    }

    /** Lets the bug behind a gate happen. */
    void open(String gate) {
        Answer answer = post("/gates/" + gate + "/open", PATIENCE).join();
        if (!answer.isThere()) {
            throw new IllegalStateException("The gate " + gate + " does not open");
        }
    }

    /** What an endpoint says; an object with nothing in it if there is no such endpoint. */
    JsonNode get(String path) {
        HttpResponse<String> response = get(request(path).build());
        return Json.read(response.statusCode() == 404 ? "{}" : response.body());
    }

    /** The first value of a meter. */
    OptionalInt meter(String nameAndTags) {
        JsonNode value = get("/actuator/metrics/" + nameAndTags)
                .path("measurements")
                .path(0)
                .path("value");
        return value.isMissingNode() ? OptionalInt.empty() : OptionalInt.of(value.asInt());
    }

    ThreadDump threads() {
        return ThreadDump.parse(get(request("/actuator/threaddump")
                        .header("Accept", "text/plain")
                        .build())
                .body());
    }

    /** What the JVM's own tool says. */
    String jcmdThreads() throws IOException {
        Process jcmd = new ProcessBuilder(jdk("jcmd"), String.valueOf(process.pid()), "Thread.print")
                .redirectErrorStream(true)
                .start();
        return new String(jcmd.getInputStream().readAllBytes());
    }

    void await(String what, Predicate<Shop> there) {
        Awaitility.await(what).atMost(PATIENCE).until(() -> there.test(this));
    }

    /** The warnings and errors since this was last asked, without the stacks below them. */
    List<String> newAlarms() {
        List<String> all = log().filter(ALARM).toList();
        List<String> fresh = all.subList(alarmsRead, all.size());
        alarmsRead = all.size();
        return fresh;
    }

    Stream<String> log() {
        try {
            return Files.readString(log).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        if (address == null) {
            throw new IllegalStateException("The shop has not started yet");
        }
        return HttpRequest.newBuilder(address.resolve(path)).timeout(PATIENCE);
    }

    private HttpResponse<String> get(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the shop by ending its input. */
    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
