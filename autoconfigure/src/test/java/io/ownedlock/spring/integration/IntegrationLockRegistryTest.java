package io.ownedlock.spring.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ownedlock.spring.Call;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockIntegrationAutoConfiguration;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.support.locks.DefaultLockRegistry;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.integration.util.UUIDConverter;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.messaging.support.MessageBuilder;

class IntegrationLockRegistryTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    OwnedLockAutoConfiguration.class, OwnedLockIntegrationAutoConfiguration.class));

    private final io.ownedlock.registry.LockRegistry locks =
            io.ownedlock.registry.LockRegistry.builder().build();
    private final LockRegistry<?> theirs = new IntegrationLockRegistry(locks, "group");

    @Test
    void aLockOfTheirsIsOneOfOurs() {
        assertThat(theirs.obtain("42")).isSameAs(locks.obtain("group", 42));
        assertThat(theirs.obtain(new UUID(1, 2))).isSameAs(locks.obtain("group", new UUID(1, 2)));
        assertThatIllegalArgumentException().isThrownBy(() -> theirs.obtain(List.of("42")));
        assertThatIllegalArgumentException().isThrownBy(() -> new IntegrationLockRegistry(locks, " "));
    }

    @Test
    void whatIsExecutedLockedIsSo() throws Exception {
        theirs.executeLocked("42", () -> {
            assertThat(locks.obtain("group", "42").isHeldByCurrentTask()).isTrue();
            Call<Void> other = Call.start(() -> {
                theirs.executeLocked("42", Duration.ofMillis(1), () -> {});
                return null;
            });
            assertThat(other.thrown()).isInstanceOf(TimeoutException.class);
        });
        assertThat(locks.obtain("group", "42").isIdle()).isTrue();
    }

    @Test
    void anAggregatorThatWaitsForAGroupIsToldWhoLeftIt() {
        runner.withUserConfiguration(Orders.class).run(context -> {
            MessageChannel lines = context.getBean("lines", MessageChannel.class);
            lines.send(line("7", 1));
            Task culprit = Task.start("POST /orders/{id}", TaskKind.REQUEST);
            try (Attachment ignored = culprit.attach()) {
                context.getBean(LockRegistry.class)
                        .obtain(UUIDConverter.getUUID("7").toString())
                        .lock();
            }
            Call<Boolean> second = Call.start(() -> lines.send(line("7", 2))).awaitParked();
            culprit.end();
            assertThat(second.thrown())
                    .hasRootCauseInstanceOf(BrokenLockException.class)
                    .hasStackTraceContaining("POST /orders/{id}");

            lines.send(line("7", 2));
            Message<?> order = context.getBean("orders", QueueChannel.class).receive(0);
            assertThat(order).as("the lock serves on").isNotNull();
            assertThat(order.getPayload()).isEqualTo(List.of("line 1", "line 2"));
        });
    }

    private static Message<String> line(String order, int number) {
        return MessageBuilder.fromMessage(new GenericMessage<>("line " + number))
                .setHeader("correlationId", order)
                .setHeader("sequenceNumber", number)
                .setHeader("sequenceSize", 2)
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableIntegration
    static class Orders {

        @Bean
        QueueChannel orders() {
            return new QueueChannel();
        }

        @Bean
        IntegrationFlow collect(@Qualifier("ownedLockIntegrationRegistry") LockRegistry<?> registry) {
            return IntegrationFlow.from("lines")
                    .aggregate(group -> group.lockRegistry(registry).expireGroupsUponCompletion(true))
                    .channel("orders")
                    .get();
        }
    }

    @Test
    void itCanBeTurnedOffAndReplacedAndNamedAndDoneWithout() {
        runner.run(context -> assertThat(context)
                .getBean(LockRegistry.class)
                .extracting(registry -> registry.obtain("42"))
                .isSameAs(context.getBean(io.ownedlock.registry.LockRegistry.class)
                        .obtain("spring-integration", "42")));
        runner.withPropertyValues("owned-lock.integration.name=group")
                .run(context -> assertThat(context)
                        .getBean(LockRegistry.class)
                        .extracting(registry -> registry.obtain("42"))
                        .isSameAs(context.getBean(io.ownedlock.registry.LockRegistry.class)
                                .obtain("group", "42")));
        runner.withPropertyValues("owned-lock.integration.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(LockRegistry.class));
        runner.withBean("lockRegistry", DefaultLockRegistry.class)
                .run(context -> assertThat(context)
                        .hasSingleBean(LockRegistry.class)
                        .doesNotHaveBean(IntegrationLockRegistry.class));
        runner.withClassLoader(new FilteredClassLoader(LockRegistry.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(IntegrationLockRegistry.class));
        runner.withPropertyValues("owned-lock.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(LockRegistry.class));
    }

    /** A registry that reaches further than ours must not be missing because ours is there. */
    @Test
    void anotherAutoConfigurationMakesItsOwnRegistryAllTheSame() {
        runner.withConfiguration(AutoConfigurations.of(ClusterWide.class)).run(context -> {
            assertThat(context).hasBean("clusterWide").hasBean("ownedLockIntegrationRegistry");
            assertThat(context.getBean(LockRegistry.class)).isSameAs(context.getBean("clusterWide"));
        });
    }

    @AutoConfiguration(after = OwnedLockIntegrationAutoConfiguration.class)
    static class ClusterWide {

        @Bean
        @ConditionalOnMissingBean
        LockRegistry<?> clusterWide() {
            return new DefaultLockRegistry();
        }
    }

    @Test
    void aBlankNameIsRefusedAtStartUp() {
        runner.withPropertyValues("owned-lock.integration.name= ")
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining("owned-lock.integration.name"));
    }
}
