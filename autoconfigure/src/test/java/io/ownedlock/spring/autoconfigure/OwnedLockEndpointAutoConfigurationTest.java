package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.observe.Incidents;
import io.ownedlock.spring.observe.OwnedLocksEndpoint;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OwnedLockEndpointAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    OwnedLockAutoConfiguration.class,
                    OwnedLockHealthAutoConfiguration.class,
                    OwnedLockEndpointAutoConfiguration.class,
                    EndpointAutoConfiguration.class));

    private final ApplicationContextRunner exposed =
            runner.withPropertyValues("management.endpoints.web.exposure.include=ownedlocks");

    @Test
    void itIsThereOnceItIsExposed() {
        exposed.run(context -> assertThat(context)
                .hasBean("ownedLocksEndpoint")
                .hasSingleBean(OwnedLocksEndpoint.class)
                .hasSingleBean(Incidents.class));
    }

    @Test
    void itIsNotThereUnlessItIsExposed() {
        runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(OwnedLocksEndpoint.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"management.endpoint.ownedlocks.access=NONE", "owned-lock.enabled=false"})
    void itCanBeTurnedOff(String property) {
        exposed.withPropertyValues(property)
                .withBean(LockRegistry.class, () -> LockRegistry.builder().build())
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(OwnedLocksEndpoint.class));
    }

    @Test
    void itNeedsNoHealth() {
        exposed.withPropertyValues("management.health.ownedlocks.enabled=false")
                .run(context -> assertThat(context)
                        .hasSingleBean(OwnedLocksEndpoint.class)
                        .hasSingleBean(Incidents.class));
    }

    @Test
    void theApplicationsOwnTakesItsPlace() {
        LockRegistry registry = LockRegistry.builder().build();
        OwnedLocksEndpoint own =
                new OwnedLocksEndpoint(registry, new Incidents(), Show.NEVER, Set.of(), event -> {}, null);
        exposed.withBean("mine", OwnedLocksEndpoint.class, () -> own)
                .run(context ->
                        assertThat(context).getBean(OwnedLocksEndpoint.class).isSameAs(own));
    }

    @Test
    void itIsLeftOutWithoutItsLibrary() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        OwnedLockAutoConfiguration.class, OwnedLockEndpointAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class))
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean(OwnedLockEndpointAutoConfiguration.class));
    }
}
