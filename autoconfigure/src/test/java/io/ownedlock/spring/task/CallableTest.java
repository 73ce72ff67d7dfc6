package io.ownedlock.spring.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.spring.Eventually;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What Spring MVC hands to an executor. */
class CallableTest {

    @ParameterizedTest
    @ValueSource(strings = {"false", "true"})
    void aCallableIsATaskBesideItsRequest(String virtual) throws Exception {
        try (ConfigurableApplicationContext context = SpringApplication.run(
                Application.class, "--server.port=0", "--spring.threads.virtual.enabled=" + virtual)) {
            String port = context.getEnvironment().getProperty("local.server.port");
            HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/callable"))
                                    .build(),
                            BodyHandlers.ofString());

            Controller controller = context.getBean(Controller.class);
            Task request = controller.request.get();
            Task callable = controller.callable.get();
            assertThat(callable.info())
                    .returns(TaskKind.ASYNC, TaskInfo::kind)
                    .returns(request.label(), TaskInfo::parent);
            assertThat(callable.isNestedIn(request)).isFalse();
            Eventually.until("both are over", () -> callable.ended() != null && request.ended() != null);
            assertThat(callable.ended().failure()).isNull();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class Application {}

    @RestController
    static class Controller {

        final AtomicReference<Task> request = new AtomicReference<>();
        final AtomicReference<Task> callable = new AtomicReference<>();

        @GetMapping("/callable")
        Callable<String> callable() {
            request.set(Task.current());
            return () -> {
                callable.set(Task.current());
                return "done";
            };
        }
    }
}
