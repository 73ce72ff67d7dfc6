package io.ownedlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.task.Task;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Which requests get a task of their own, dispatch by dispatch. */
@SpringBootTest(
        classes = Exclusions.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"owned-lock.web.exclude=/probe/**,files/*.css", "server.servlet.context-path=/shop"})
abstract class Exclusions {

    private static final String ID = "X-Id";

    @LocalServerPort
    private int port;

    private final HttpClient client = HttpClient.newHttpClient();

    @ParameterizedTest
    @CsvSource({
        "/orders/live,    REQUEST:REQUEST",
        "/orders/later,   REQUEST:REQUEST ASYNC:REQUEST",
        "/orders/none,    REQUEST:REQUEST ERROR:REQUEST",
        "/probe,          REQUEST:THREAD ERROR:THREAD",
        "/probe/live,     REQUEST:THREAD",
        "/probe/later,    REQUEST:THREAD ASYNC:THREAD",
        "/probe/none,     REQUEST:THREAD ERROR:THREAD",
        "/pr%6Fbe/live,   REQUEST:THREAD",
        "/files/live.css, REQUEST:THREAD",
        "/files/a/b.css,  REQUEST:REQUEST ERROR:REQUEST",
        "/shop/probe,     REQUEST:REQUEST ERROR:REQUEST"
    })
    void allDispatchesAreAsTheFirst(String path, String expected) throws Exception {
        String id = UUID.randomUUID().toString();
        List<String> seen = new CopyOnWriteArrayList<>();
        Application.SEEN.put(id, seen);
        URI uri = URI.create("http://localhost:" + port + "/shop" + path);

        client.send(HttpRequest.newBuilder(uri).header(ID, id).build(), BodyHandlers.ofString());

        assertThat(String.join(" ", new ArrayList<>(seen))).isEqualTo(expected);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Pages.class)
    static class Application {

        static final Map<String, List<String>> SEEN = new ConcurrentHashMap<>();

        @Bean
        FilterRegistrationBean<Filter> seeing() {
            FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
                SEEN.get(((HttpServletRequest) request).getHeader(ID))
                        .add(request.getDispatcherType() + ":" + Task.current().kind());
                chain.doFilter(request, response);
            });
            registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
            return registration;
        }
    }

    @RestController
    static class Pages {

        @GetMapping({"/orders/live", "/probe/live", "/files/live.css"})
        String live() {
            return "alive";
        }

        @GetMapping({"/orders/later", "/probe/later"})
        DeferredResult<String> later() {
            DeferredResult<String> result = new DeferredResult<>();
            Scenarios.beside(() -> result.setResult("alive"));
            return result;
        }
    }
}
