package io.ownedlock.demo;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The running application as a client sees it. */
public class HttpApi {

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;

    HttpApi(int port) {
        this.base = "http://localhost:" + port;
    }

    /** What came back, the body as JSON. */
    public record Answer(int status, String contentType, JsonNode body) {}

    public Answer get(String path) {
        return join(send(HttpRequest.newBuilder(URI.create(base + path)).build()));
    }

    /** Posts and waits for the answer. */
    public Answer post(String path, String json) {
        return join(send(path, json));
    }

    /** Posts and does not wait. */
    public CompletableFuture<Answer> send(String path, String json) {
        return send(HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build());
    }

    public CompletableFuture<Answer> reserve(String seat, String customer, int holdMillis) {
        return send("/api/seats/" + seat + "/reservations", """
                {"customer": "%s", "holdMillis": %d}""".formatted(customer, holdMillis));
    }

    /** So many reservations of one seat at once, each to be paid in no time. */
    public List<CompletableFuture<Answer>> reserve(String seat, int times) {
        return IntStream.range(0, times)
                .mapToObj(i -> reserve(seat, "customer-" + i, 0))
                .toList();
    }

    public CompletableFuture<Answer> fault(String fault, String seat) {
        return send("/api/faults/" + fault, """
                {"seat": "%s", "holdMillis": 2000}""".formatted(seat));
    }

    /** The answer, which must come within 10 seconds. */
    public static Answer join(CompletableFuture<Answer> answer) {
        return answer.orTimeout(10, TimeUnit.SECONDS).join();
    }

    public static List<Answer> joinAll(List<CompletableFuture<Answer>> answers) {
        return answers.stream().map(HttpApi::join).toList();
    }

    private CompletableFuture<Answer> send(HttpRequest request) {
        return http.sendAsync(request, BodyHandlers.ofString()).thenApply(HttpApi::answer);
    }

    private static Answer answer(HttpResponse<String> response) {
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                JSON.readTree(response.body()));
    }
}
