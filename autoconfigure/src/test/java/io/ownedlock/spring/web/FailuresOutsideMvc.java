package io.ownedlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Who fails to get a lock where Spring MVC does not see it. */
@SpringBootTest(
        classes = FailuresOutsideMvc.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"owned-lock.web.problem.include-details=always", "owned-lock.defaults.max-waiters=0"})
abstract class FailuresOutsideMvc {

    @LocalServerPort
    private int port;

    @Autowired
    private BlockingQueue<TaskEnd> ends;

    @Autowired
    private LockRegistry registry;

    private Hold hold;

    private final HttpClient client = HttpClient.newHttpClient();

    /** Nobody may wait, so every request that wants the lock is refused. */
    @BeforeEach
    void hold() {
        hold = lock(registry).acquire();
    }

    @AfterEach
    void release() {
        hold.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/filtered", "/plain/throw", "/plain/wrap", "/plain/write", "/plain/stream"})
    void areAnsweredWithAProblem(String path) throws Exception {
        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
        assertThat(json(answer))
                .containsOnlyKeys("type", "title", "status", "detail", "lock", "reason", "key")
                .contains(
                        entry("type", "urn:ownedlock:problem:refused"),
                        entry("status", 503),
                        entry("lock", "order"),
                        entry("key", "42"));
        assertThat(ends.poll(20, TimeUnit.SECONDS).failure()).isInstanceOf(LockNotAcquiredException.class);
    }

    @Test
    void anAnswerThatHasBegunStaysWhatItIs() throws Exception {
        try {
            assertThat(get("/plain/begun").body()).isEqualTo("begun");
        } catch (IOException cutOff) {
            // What a server may do to an answer that failed halfway.
        }
        assertThat(ends.poll(20, TimeUnit.SECONDS).failure()).isInstanceOf(LockNotAcquiredException.class);
    }

    @Test
    void anAnswerThatIsLeftToAnAsynchronousPartIsTheServers() throws Exception {
        assertThat(get("/plain/async").statusCode()).isEqualTo(500);
        assertThat(ends.poll(20, TimeUnit.SECONDS).failure()).isInstanceOf(LockNotAcquiredException.class);
    }

    @Test
    void otherFailuresAreTheServers() throws Exception {
        assertThat(get("/plain/other").statusCode()).isEqualTo(500);
        assertThat(ends.poll(20, TimeUnit.SECONDS).failure()).hasMessage("thrown on purpose");
    }

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://localhost:" + port + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> json(HttpResponse<String> answer) {
        return JsonMapper.shared().readValue(answer.body(), Map.class);
    }

    private static final class Noted extends ExitHook {

        private final BlockingQueue<TaskEnd> ends;

        private Noted(BlockingQueue<TaskEnd> ends) {
            this.ends = ends;
        }

        @Override
        protected void onEnded(Task task, TaskEnd end) {
            ends.add(end);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        BlockingQueue<TaskEnd> ends() {
            return new LinkedBlockingQueue<>();
        }

        @Bean
        FilterRegistrationBean<Filter> noting(BlockingQueue<TaskEnd> ends) {
            FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
                Task.current().add(new Noted(ends));
                chain.doFilter(request, response);
            });
            registration.setOrder(1);
            return registration;
        }

        @Bean
        FilterRegistrationBean<Filter> failing(LockRegistry registry) {
            FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(
                    (request, response, chain) -> lock(registry).lock());
            registration.addUrlPatterns("/filtered");
            registration.setOrder(2);
            return registration;
        }

        @Bean
        ServletRegistrationBean<Plain> plain(LockRegistry registry) {
            return new ServletRegistrationBean<>(new Plain(registry), "/plain/*");
        }
    }

    private static TaskLock lock(LockRegistry registry) {
        return registry.obtain("order", 42);
    }

    private static final class Plain extends HttpServlet {

        private static final long serialVersionUID = 1L;

        private final transient LockRegistry registry;

        Plain(LockRegistry registry) {
            this.registry = registry;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            switch (request.getPathInfo()) {
                case "/other" -> throw new IllegalStateException("thrown on purpose");
                case "/wrap" -> {
                    try {
                        lock(registry).lock();
                    } catch (LockNotAcquiredException e) {
                        throw new ServletException(e);
                    }
                }
                case "/write" -> response.getWriter().write("half an answer");
                case "/stream" -> response.getOutputStream().print("half an answer");
                case "/begun" -> {
                    response.getWriter().write("begun");
                    response.flushBuffer();
                }
                case "/async" -> request.startAsync();
                default -> {}
            }
            lock(registry).lock();
        }
    }
}
