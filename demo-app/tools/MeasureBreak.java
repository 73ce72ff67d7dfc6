import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Measures how long after the end of a lock's owner the last of 50 waiters has been told, over real HTTP, as a client sees it:
 *
 * <pre>java demo-app/tools/MeasureBreak.java [rounds] [url]</pre>
 *
 * <p>Without a url it starts the packaged demo on a free port and stops it again. The owner's end is, for {@code leak} and
 * {@code async-leak}, the moment the faulty request's answer is complete; the waiters may have been told before, and then the
 * figure is negative. For {@code thread-death} it is {@code holdMillis} after the answer that the thread has the lock, which is at
 * most that answer's travelling time after the thread's death. A waiter has been told when its 503 is complete. One more round
 * of each comes first and is not counted.
 */
public class MeasureBreak {

    private static final int WAITERS = 50;

    /** Long enough for all waiters to arrive, on a slow machine too. */
    private static final int HOLD_MILLIS = 3000;

    /** Up to so much more, by chance, so that the rounds do not keep step with the watchdog. */
    private static final int HOLD_MILLIS_MORE = 1000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;

    private MeasureBreak(String url) {
        this.url = url;
    }

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        if (args.length > 1) {
            new MeasureBreak(args[1]).measure(rounds);
            return;
        }
        int port = freePort();
        Process demo = start(port);
        try {
            new MeasureBreak("http://localhost:" + port).measure(rounds);
        } finally {
            demo.destroy();
            demo.waitFor();
        }
    }

    private void measure(int rounds) {
        await("the demo", () -> get("/actuator/health").contains("\"ownedLocks\""));
        System.out.printf("Last of %d waiters told, ms after the owner's end, %d rounds%n", WAITERS, rounds);
        System.out.printf("%-14s %8s %8s %8s%n", "", "min", "median", "max");
        measure("leak", "A1", rounds);
        measure("async-leak", "B1", rounds);
        measure("thread-death", "C1", rounds);
    }

    private void measure(String fault, String seat, int rounds) {
        round(fault, seat);
        double[] millis = IntStream.range(0, rounds)
                .mapToDouble(i -> round(fault, seat))
                .sorted()
                .toArray();
        System.out.printf("%-14s %8.1f %8.1f %8.1f%n", fault, millis[0], median(millis), millis[millis.length - 1]);
    }

    private static double median(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    private double round(String fault, String seat) {
        int holdMillis = HOLD_MILLIS + ThreadLocalRandom.current().nextInt(HOLD_MILLIS_MORE);
        CompletableFuture<Answer> faulty =
                post("/api/faults/" + fault, "{\"seat\":\"" + seat + "\",\"holdMillis\":" + holdMillis + "}");
        await("the owner", () -> meter("owned.lock.held") == 1);
        List<CompletableFuture<Answer>> waiters = IntStream.range(0, WAITERS)
                .mapToObj(i -> post("/api/seats/" + seat + "/reservations", "{\"customer\":\"c" + i + "\"}"))
                .toList();
        await("the waiters", () -> meter("owned.lock.waiting") == WAITERS);

        long end = faulty.join().nanos();
        if (fault.equals("thread-death")) {
            end += Duration.ofMillis(holdMillis).toNanos();
        }
        long last = Long.MIN_VALUE;
        for (CompletableFuture<Answer> waiter : waiters) {
            Answer answer = waiter.join();
            if (answer.status() != 503) {
                throw new IllegalStateException("A waiter was not told of the break but got " + answer.status());
            }
            last = Math.max(last, answer.nanos() - end);
        }
        await("the end of the round", () -> meter("owned.lock.held") == 0 && meter("owned.lock.waiting") == 0);
        return last / 1e6;
    }

    /** The sum of a meter over all names of locks; 0 as long as there is no such meter. */
    private int meter(String name) {
        Matcher value = Pattern.compile("\"value\":([0-9.E]+)").matcher(get("/actuator/metrics/" + name));
        return value.find() ? (int) Double.parseDouble(value.group(1)) : 0;
    }

    private record Answer(int status, long nanos) {}

    private CompletableFuture<Answer> post(String path, String json) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .timeout(PATIENCE)
                .build();
        return http.sendAsync(request, BodyHandlers.ofString())
                .thenApply(response -> new Answer(response.statusCode(), System.nanoTime()));
    }

    /** The body; nothing while the server is not there yet. */
    private String get(String path) {
        try {
            HttpResponse<String> response =
                    http.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
            return response.statusCode() == 200 ? response.body() : "";
        } catch (ConnectException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(String what, BooleanSupplier there) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!there.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Waited in vain for " + what);
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static Process start(int port) throws IOException {
        ProcessBuilder demo = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar().toString());
        demo.environment().put("SERVER_PORT", String.valueOf(port));
        return demo.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static Path jar() throws IOException {
        Path target = Path.of("demo-app", "target");
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "owned-lock-demo-app-*.jar")) {
                for (Path jar : jars) {
                    return jar;
                }
            }
        }
        throw new IllegalStateException("No packaged demo: run \"./mvnw -pl demo-app -am package\" at the root first");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
