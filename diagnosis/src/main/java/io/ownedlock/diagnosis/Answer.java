package io.ownedlock.diagnosis;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a client has of its request.
 *
 * @param response {@code null} if it gave up waiting for one
 * @param patience how long it was willing to wait
 */
record Answer(@Nullable HttpResponse<String> response, Duration patience) {

    private static final List<String> SHOWN = List.of("Content-Type", "Retry-After");

    boolean isThere() {
        return response != null;
    }

    /** Whether it is of our library, and not of the shop. */
    boolean isOurs() {
        return type().equals("application/problem+json") || type().startsWith("application/vnd.spring-boot.actuator");
    }

    JsonNode body() {
        return Json.read(response == null ? "{}" : response.body());
    }

    /** In a few words: the status, and the reason of a problem or else the text. */
    String inShort() {
        if (response == null) {
            return "no answer in " + patience.toSeconds() + " s";
        }
        String status = "`" + response.statusCode() + "`";
        if (type().endsWith("json")) {
            JsonNode reason = body().path("reason");
            return reason.isMissingNode() ? status : status + " `" + reason.asString() + "`";
        }
        return status + " " + response.body();
    }

    /** The whole of it, as it is on the wire, but for what every answer has. */
    String inFull() {
        if (response == null) {
            return "";
        }
        String headers = SHOWN.stream()
                .flatMap(name -> response.headers().firstValue(name).stream().map(value -> name + ": " + value))
                .collect(Collectors.joining("\n"));
        String body = type().endsWith("json") ? Json.show(body()) : response.body();
        return "HTTP/1.1 " + response.statusCode() + "\n" + headers + "\n\n" + body;
    }

    private String type() {
        return response == null
                ? ""
                : response.headers().firstValue("Content-Type").orElse("");
    }
}
