package io.ownedlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Whichever thread runs it. */
class CallableTest {

    @Nested
    class OnTomcat extends Callables {}

    @Nested
    @OnJetty
    class OnTheOtherServer extends Callables {}

    @Nested
    @Import(OwnExecutor.class)
    class OnAnExecutorOfTheApplication extends Callables {

        @Test
        void itIsNamedAfterTheRequest() throws Exception {
            assertThat(get("/callable/").get().body()).startsWith("ASYNC GET /callable/{key} on own-");
        }
    }

    @Nested
    @Import(Decorator.class)
    @TestPropertySource(properties = "owned-lock.tasks.async=false")
    class WhereTheExecutorMakesATaskOfIt extends Callables {

        @Test
        void thereIsNoSecondOne() throws Exception {
            assertThat(get("/callable/").get().body()).startsWith("ASYNC decorated on ");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnExecutor implements WebMvcConfigurer {

        @Override
        public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
            configurer.setTaskExecutor(new SimpleAsyncTaskExecutor("own-"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Decorator {

        @Bean
        TaskDecorator decorator() {
            return work -> {
                Task task = Task.start("decorated", TaskKind.ASYNC);
                return () -> {
                    try (Attachment ignored = task.attach()) {
                        work.run();
                    } finally {
                        task.end();
                    }
                };
            };
        }
    }
}
