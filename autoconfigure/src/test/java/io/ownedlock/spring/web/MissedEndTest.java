package io.ownedlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.time.Ticker;
import io.ownedlock.watchdog.Watchdog;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A request ends, and nobody tells its task: the watchdog's round alone must break the waiters. */
@SpringBootTest(
        classes = MissedEndTest.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "owned-lock.watchdog.enabled=false")
class MissedEndTest {

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void theThreadHasLeftTheRequest() throws Exception {
        theWatchdogBreaksTheWaiterOf("/leave-without-a-word/{key}");
    }

    @Test
    void theLastDispatchHasLeftTheTaskWithoutEndingIt() throws Exception {
        theWatchdogBreaksTheWaiterOf("/leave-without-ending/{key}");
    }

    @Test
    void theContainerHasGivenUpTheRequestWithoutTellingThatItIsComplete() throws Exception {
        theWatchdogBreaksTheWaiterOf("/complete-without-a-word/{key}");
    }

    /** For servers that do not take their requests back, but leave them to the garbage collector. */
    void forget() {}

    private void theWatchdogBreaksTheWaiterOf(String template) throws Exception {
        String key = template.substring(1, template.lastIndexOf('/'));
        TaskLock lock = registry.obtain("seat", key);
        CompletableFuture<HttpResponse<String>> owner = get(template.replace("{key}", key));
        Eventually.until("the owner has the lock", () -> lock.snapshot().owner() != null);
        CompletableFuture<HttpResponse<String>> waiter = get("/wait/" + key);
        assertThat(owner.get().statusCode()).isEqualTo(200);
        assertThat(lock.waiting()).isEqualTo(1);

        // More than one round, because the owner's answer is here before its thread has gone away.
        Watchdog watchdog = new Watchdog(Ticker.system(), registry.guards());
        Eventually.until("the waiter was told", () -> {
            forget();
            watchdog.run();
            return waiter.isDone();
        });

        assertThat(waiter.get().statusCode()).isEqualTo(503);
        assertThat(lock.snapshot().abandonment().owner().name()).isEqualTo("GET " + template);
    }

    private CompletableFuture<HttpResponse<String>> get(String path) {
        URI uri = URI.create("http://localhost:" + port + path);
        return client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Seats.class)
    static class Application {

        @Bean
        FilterRegistrationBean<RequestTaskFilter> ownedLockRequestFilter() {
            FilterRegistrationBean<RequestTaskFilter> registration = new FilterRegistrationBean<>(new Forgetful());
            registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
            return registration;
        }

        @Bean
        FilterRegistrationBean<Filter> secretive() {
            FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(new Secretive());
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return registration;
        }
    }

    @RestController
    static class Seats {

        private final LockRegistry registry;

        Seats(LockRegistry registry) {
            this.registry = registry;
        }

        @GetMapping({"/leave-without-a-word/{key}", "/leave-without-ending/{key}"})
        void own(@PathVariable String key) {
            TaskLock lock = registry.obtain("seat", key);
            lock.lock();
            Eventually.until("somebody waits", () -> lock.waiting() == 1);
        }

        @GetMapping("/complete-without-a-word/{key}")
        void ownAndGoOn(@PathVariable String key, HttpServletRequest request) {
            TaskLock lock = registry.obtain("seat", key);
            lock.lock();
            AsyncContext async = request.startAsync();
            Scenarios.beside(() -> {
                Eventually.until("somebody waits", () -> lock.waiting() == 1);
                async.complete();
            });
        }

        @GetMapping("/wait/{key}")
        void waitFor(@PathVariable String key) {
            registry.obtain("seat", key).lock();
        }
    }

    private static final class Forgetful extends RequestTaskFilter {

        @Override
        void leave(RequestTask visited, @Nullable Throwable failure) {
            String name = visited.name();
            if (name.contains("leave-without-ending")) {
                visited.detach();
            } else if (!name.contains("leave-without-a-word")) {
                super.leave(visited, failure);
            }
        }
    }

    /** Keeps the container's events to itself. */
    private static final class Secretive implements Filter {

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            chain.doFilter(
                    new HttpServletRequestWrapper((HttpServletRequest) request) {
                        @Override
                        public AsyncContext getAsyncContext() {
                            return withoutListeners(super.getAsyncContext());
                        }
                    },
                    response);
        }

        private static AsyncContext withoutListeners(AsyncContext async) {
            return (AsyncContext) Proxy.newProxyInstance(
                    AsyncContext.class.getClassLoader(), new Class<?>[] {AsyncContext.class}, (proxy, method, args) -> {
                        if (method.getName().equals("addListener")) {
                            return null;
                        }
                        try {
                            return method.invoke(async, args);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}
