package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.watchdog.WatchdogLifecycle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.util.ClassUtils;

/** Run by an execution of its own, on a class path without them; see the pom. */
@Tag("bare")
class WithoutOptionalLibrariesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.micrometer.context.ThreadLocalAccessor",
                "io.micrometer.core.instrument.MeterRegistry",
                "io.micrometer.tracing.Tracer",
                "jakarta.servlet.Servlet",
                "org.aspectj.weaver.Advice",
                "org.springframework.boot.actuate.endpoint.annotation.Endpoint",
                "org.springframework.transaction.support.TransactionSynchronizationManager",
                "org.springframework.boot.health.contributor.HealthIndicator",
                "org.springframework.integration.support.locks.LockRegistry",
                "org.springframework.web.context.WebApplicationContext"
            })
    void theyAreNotThere(String optional) {
        assertThat(ClassUtils.isPresent(optional, null)).isFalse();
    }

    @Test
    void anApplicationStartsAndLocks() {
        try (ConfigurableApplicationContext context = SpringApplication.run(Application.class)) {
            LockRegistry locks = context.getBean(LockRegistry.class);
            assertThat(context.getBean(Service.class).holds(locks)).isTrue();
            assertThat(context.getBean(WatchdogLifecycle.class).isRunning()).isTrue();
        }
    }

    @Test
    void holdingALockUntilATransactionIsCompleteFailsAtStartUpAndNamesWhatIsMissing() {
        assertThatException()
                .isThrownBy(() -> SpringApplication.run(Transactional.class))
                .havingRootCause()
                .withMessageContaining("Transactional.method()")
                .withMessageContaining("spring-tx is not on the class path");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Transactional {

        @OwnedLock(name = "work", release = OwnedLock.Release.AFTER_COMPLETION)
        void method() {}
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Service.class)
    static class Application {}

    static class Service {

        @OwnedLock("work")
        boolean holds(LockRegistry locks) {
            return locks.obtain("work").isHeldByCurrentTask();
        }
    }
}
