package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** A hierarchy of application contexts, each with the starter: one registry for both, and what makes it work in each. */
class ParentAndChildTest {

    private ConfigurableApplicationContext child;
    private ConfigurableApplicationContext parent;

    @BeforeEach
    void start() {
        child = new SpringApplicationBuilder(Application.class)
                .child(Application.class)
                .web(WebApplicationType.NONE)
                .run();
        parent = (ConfigurableApplicationContext) child.getParent();
    }

    @AfterEach
    void close() {
        child.close();
        parent.close();
    }

    @Test
    void methodsOfEachRunUnderTheirLock() {
        assertThat(child.getBean(LockRegistry.class)).isSameAs(parent.getBean(LockRegistry.class));
        assertThat(parent.getBean(Service.class).holdsItsLock()).isTrue();
        assertThat(child.getBean(Service.class).holdsItsLock()).isTrue();
    }

    @Test
    void workOfEachIsATask() throws Exception {
        for (ConfigurableApplicationContext context : new ConfigurableApplicationContext[] {parent, child}) {
            Service service = context.getBean(Service.class);
            assertThat(service.asynchronous().get().info().name()).isEqualTo("ParentAndChildTest.Service.asynchronous");
            Seen seen = context.getBean(Seen.class);
            assertThat(seen.started.get().kind()).isEqualTo(TaskKind.CUSTOM);
            Eventually.until("the scheduled method has run", () -> seen.scheduled.get() != null);
            assertThat(seen.scheduled.get().kind()).isEqualTo(TaskKind.SCHEDULED);
        }
    }

    @Test
    void theEndOfTheChildIsNotThatOfTheParentsLocks() {
        LockRegistry registry = parent.getBean(LockRegistry.class);
        child.close();
        assertThat(registry.isShutDown()).isFalse();
        parent.close();
        assertThat(registry.isShutDown()).isTrue();
    }

    @Test
    void aRegistryOfTheChildsOwnEndsWithTheChild() {
        LockRegistry registry;
        try (ConfigurableApplicationContext own = new SpringApplicationBuilder(Application.class, OwnRegistry.class)
                .web(WebApplicationType.NONE)
                .parent(parent)
                .run()) {
            registry = own.getBean(LockRegistry.class);
            assertThat(registry).isNotSameAs(parent.getBean(LockRegistry.class));
        }
        assertThat(registry.isShutDown()).isTrue();
        assertThat(parent.getBean(LockRegistry.class).isShutDown()).isFalse();
    }

    @Test
    void theEndOfTheChildIsNotThatOfARegistryThatTheParentHasMadeByItself() {
        try (ConfigurableApplicationContext plain = new SpringApplicationBuilder(OwnRegistry.class)
                .web(WebApplicationType.NONE)
                .run()) {
            new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .parent(plain)
                    .run()
                    .close();
            assertThat(plain.getBean(LockRegistry.class).isShutDown()).isFalse();
        }
    }

    record Seen(AtomicReference<Task> started, AtomicReference<Task> scheduled) {}

    static class Service {

        private final LockRegistry registry;
        private final Seen seen;

        Service(LockRegistry registry, Seen seen) {
            this.registry = registry;
            this.seen = seen;
        }

        @OwnedLock("work")
        boolean holdsItsLock() {
            return registry.obtain("work").isHeldByCurrentTask();
        }

        @Async
        CompletableFuture<Task> asynchronous() {
            return CompletableFuture.completedFuture(Task.current());
        }

        @Scheduled(fixedDelay = 1000)
        void repeated() {
            seen.scheduled.set(Task.current());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnRegistry {

        @Bean
        @Primary
        LockRegistry ownRegistry() {
            return LockRegistry.builder().build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @EnableScheduling
    @ImportAutoConfiguration({
        TaskExecutionAutoConfiguration.class,
        TaskSchedulingAutoConfiguration.class,
        OwnedLockAutoConfiguration.class,
        OwnedLockWatchdogAutoConfiguration.class,
        OwnedLockShutdownAutoConfiguration.class,
        OwnedLockTaskAutoConfiguration.class
    })
    static class Application {

        @Bean
        Seen seen() {
            return new Seen(new AtomicReference<>(), new AtomicReference<>());
        }

        @Bean
        Service service(LockRegistry registry, Seen seen) {
            return new Service(registry, seen);
        }

        @Bean
        ApplicationRunner atStart(Seen seen) {
            return arguments -> seen.started.set(Task.current());
        }
    }
}
