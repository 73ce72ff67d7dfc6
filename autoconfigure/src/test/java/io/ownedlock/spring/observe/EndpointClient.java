package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who asks an endpoint of a server on this machine; that of the locks, if nothing else is said. */
record EndpointClient(
        HttpClient http,
        int port,
        String endpoint,
        String header,
        @Nullable String user) {

    /** Nobody whom the application knows. */
    static EndpointClient of(int port) {
        return new EndpointClient(HttpClient.newHttpClient(), port, "ownedlocks", "Authorization", null);
    }

    /** A user by HTTP basic, whose password is the name. */
    EndpointClient basic(String name) {
        byte[] credentials = (name + ":" + name).getBytes(StandardCharsets.UTF_8);
        return with("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
    }

    EndpointClient with(String otherHeader, @Nullable String value) {
        return new EndpointClient(http, port, endpoint, otherHeader, value);
    }

    EndpointClient at(String otherEndpoint) {
        return new EndpointClient(http, port, otherEndpoint, header, user);
    }

    JsonNode get(String path) throws Exception {
        return json(send(path));
    }

    HttpResponse<String> send(String path) throws Exception {
        return send(request(path));
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/" + endpoint + path));
        return user == null ? request : request.header(header, user);
    }

    static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonMapper().readTree(answer.body());
    }
}
