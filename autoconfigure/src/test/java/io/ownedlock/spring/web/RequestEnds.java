package io.ownedlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.LockState;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.task.TaskState;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * Whichever way a request ends, its task ends once, and not before. The watchdog looks all the time, and must find nothing to do. The same
 * on every server; what a server does not tell is a test of that server's.
 */
@SpringBootTest(
        classes = Scenarios.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "owned-lock.watchdog.interval=1ms")
abstract class RequestEnds {

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    private final HttpClient client = HttpClient.newHttpClient();

    /** The bar separates tasks: a dispatch to the error page comes after the end, and is a task of its own. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ';', textBlock = """
            /mvc/{id}/ok                             ; REQUEST               ;
            /mvc/{id}/redirect                       ; REQUEST               ;
            /mvc/{id}/throw                          ; REQUEST | ERROR       ; IllegalStateException
            /mvc/{id}/throw?broken-error-page        ; REQUEST | ERROR       ; IllegalStateException
            /mvc/{id}/throw-error                    ; REQUEST | ERROR       ; StackOverflowError
            /mvc/{id}/handled                        ; REQUEST               ; HandledException
            /mvc/{id}/send-error                     ; REQUEST | ERROR       ;
            /mvc/{id}/status                         ; REQUEST | ERROR       ; ResponseStatusException
            /mvc/{id}/forward                        ; REQUEST               ;
            /mvc/{id}/forward-async                  ; REQUEST ASYNC         ;
            /mvc/{id}/callable                       ; REQUEST ASYNC         ;
            /mvc/{id}/callable-throw                 ; REQUEST ASYNC | ERROR ; IllegalStateException
            /mvc/{id}/callable-timeout               ; REQUEST ASYNC | ERROR ; AsyncRequestTimeoutException
            /mvc/{id}/deferred                       ; REQUEST ASYNC         ;
            /mvc/{id}/deferred-at-once               ; REQUEST ASYNC         ;
            /mvc/{id}/deferred-error                 ; REQUEST ASYNC | ERROR ; IllegalStateException
            /mvc/{id}/deferred-timeout               ; REQUEST ASYNC | ERROR ; AsyncRequestTimeoutException
            /mvc/{id}/deferred-timeout-result        ; REQUEST ASYNC         ;
            /mvc/{id}/future                         ; REQUEST ASYNC         ;
            /mvc/{id}/sse                            ; REQUEST ASYNC         ;
            /mvc/{id}/sse-error                      ; REQUEST ASYNC         ; IllegalStateException
            /mvc/{id}/sse-timeout                    ; REQUEST ASYNC | ERROR ; AsyncRequestTimeoutException
            /mvc/{id}/emitter                        ; REQUEST ASYNC         ;
            /mvc/{id}/stream                         ; REQUEST ASYNC         ;
            /mvc/{id}/stream-throw                   ; REQUEST ASYNC | ERROR ; IllegalStateException
            /nowhere                                 ; REQUEST | ERROR       ; NoResourceFoundException
            /raw/end                                 ; REQUEST               ;
            /raw/throw                               ; REQUEST | ERROR       ; IllegalStateException
            /raw/none                                ; REQUEST | ERROR       ;
            /raw/forward                             ; REQUEST               ;
            /raw/forward-to-mvc                      ; REQUEST               ;
            /raw/include                             ; REQUEST               ;
            /raw/dispatch                            ; REQUEST ASYNC         ;
            /raw/dispatch-and-throw                  ; REQUEST ASYNC | ERROR ; IllegalStateException
            /raw/dispatch-before-leaving             ; REQUEST ASYNC         ;
            /raw/dispatch-elsewhere-before-leaving   ; REQUEST ASYNC         ;
            /raw/async-again                         ; REQUEST ASYNC ASYNC   ;
            /raw/async-again-and-complete            ; REQUEST ASYNC         ;
            /raw/throw-after-start                   ; REQUEST ERROR         ; IllegalStateException
            /raw/complete                            ; REQUEST               ;
            /raw/complete-before-leaving             ; REQUEST               ;
            /raw/complete-elsewhere-before-leaving   ; REQUEST               ;
            /raw/start                               ; REQUEST               ;
            /raw/error-later                         ; REQUEST               ;
            /raw/timeout                             ; REQUEST ERROR         ;
            /raw/timeout-dispatch                    ; REQUEST ASYNC         ;
            /raw/timeout-complete                    ; REQUEST               ;
            """)
    void endsOnce(String path, String flow, @Nullable String failure) throws Exception {
        Trace trace = trace(path);
        HttpRequest request =
                HttpRequest.newBuilder(uri(path)).header(Trace.HEADER, trace.id).build();

        try {
            client.send(request, BodyHandlers.ofString());
        } catch (IOException theServerHangsUp) {
            // What else can it do to an answer that it has begun?
        }

        TaskEnd end = endedOnce(trace, path, flow.replace(" |", "").split(" ").length);
        assertThat(end.cause()).isEqualTo(TaskEnd.Cause.TOLD);
        trace.goOn.countDown();
        assertThat(trace.flow()).isEqualTo(flow);
        Throwable seen = trace.failure();
        assertThat(seen == null ? null : seen.getClass().getSimpleName()).isEqualTo(failure);
    }

    /** Whether there is a dispatch after the failed write depends on who sees first that the client has gone. */
    @ParameterizedTest
    @ValueSource(strings = {"/mvc/{id}/gone", "/mvc/{id}/deferred-gone", "/mvc/{id}/stream-gone"})
    void endsOnceWhenTheClientHangsUp(String path) throws Exception {
        Trace trace = hangUp(path);

        TaskEnd end = endedOnce(trace, path, 1);
        assertThat(trace.flow()).isIn("REQUEST", "REQUEST ASYNC");
        // Tomcat may take the request object back before it tells of the end; the watchdog, which looks every
        // millisecond
        // here, may then be the first to know.
        if (end.cause() == TaskEnd.Cause.TOLD) {
            assertThat(end.failure()).isInstanceOf(IOException.class);
        } else {
            assertThat(path).isNotEqualTo("/mvc/{id}/gone");
        }
    }

    /** What an application can do where the server is silent; see {@link SilentClientTest}. */
    @ParameterizedTest
    @ValueSource(strings = {"/mvc/{id}/sse-gone-timeout", "/mvc/{id}/sse-gone-complete"})
    void anEventStreamEndsOnceByItsTimeoutOrIfItIsCompleted(String path) throws Exception {
        Trace trace = hangUp(path);

        Eventually.until(path + " is over", trace::isOver);
        assertThat(trace.ends().get(0).seen).hasSize(1);
    }

    private Trace hangUp(String path) throws IOException {
        Trace trace = trace(path);
        try (Socket socket = new Socket("localhost", port)) {
            // Closing resets the connection, so that the server's next writes fail.
            socket.setSoLinger(true, 0);
            String head = "GET " + uri(path).getPath() + " HTTP/1.1\r\nHost: localhost\r\n" + Trace.HEADER + ": "
                    + trace.id + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            if (!path.contains("deferred")) {
                readFirstByte(socket);
            } else {
                Eventually.until("the request is there", () -> !trace.visits.isEmpty());
            }
        }
        trace.goOn.countDown();
        return trace;
    }

    private static void readFirstByte(Socket socket) throws IOException {
        assertThat(socket.getInputStream().read()).isPositive();
    }

    private Trace trace(String path) {
        return Trace.start(getClass().getSimpleName() + path);
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + path.replace("{id}", "42"));
    }

    /** How the first of its tasks ended. */
    private TaskEnd endedOnce(Trace trace, String path, int visits) {
        try {
            Eventually.until(path + " is over", () -> trace.visits.size() >= visits && trace.isOver());
        } catch (AssertionError e) {
            throw new AssertionError("Seen: " + trace.flow() + (trace.isOver() ? ", over" : ", not over"), e);
        }
        assertThat(trace.violations).isEmpty();
        assertThat(trace.visits).allSatisfy(visit -> {
            assertThat(visit.task().name()).isEqualTo("GET " + template(path));
            assertThat(visit.task().state()).isEqualTo(TaskState.ENDED);
        });
        assertThat(trace.ends()).allSatisfy(ends -> assertThat(ends.seen).hasSize(1));
        LockSnapshot lock = registry.obtain("traced", trace.id).snapshot();
        assertThat(lock.state()).isEqualTo(LockState.FREE);
        assertThat(lock.abandonment()).isNotNull();
        assertThat(lock.abandonment().owner().id())
                .isEqualTo(trace.visits.get(trace.visits.size() - 1).task().id());
        return trace.ends().get(0).seen.get(0);
    }

    private static String template(String path) {
        if (path.startsWith("/raw/")) {
            return "/raw/*";
        }
        return path.equals("/nowhere") ? "/**" : path.replaceAll("\\?.*", "");
    }
}
