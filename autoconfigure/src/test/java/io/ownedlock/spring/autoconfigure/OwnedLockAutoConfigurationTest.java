package io.ownedlock.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.LockRegistryCustomizer;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.aop.CurrentHold;
import io.ownedlock.spring.aop.OwnedLockAdvisor;
import io.ownedlock.spring.aop.OwnedLockCheck;
import io.ownedlock.spring.observe.IncidentLog;
import io.ownedlock.spring.watchdog.WatchdogLifecycle;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockRefusedException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOverdue;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.time.Ticker;
import io.ownedlock.watchdog.Watchdog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

@ExtendWith(OutputCaptureExtension.class)
class OwnedLockAutoConfigurationTest {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ours()));

    /** What the starter registers: all of it, as an application would have it. */
    private static Class<?>[] ours() {
        return ImportCandidates.load(AutoConfiguration.class, null).getCandidates().stream()
                .filter(name -> name.startsWith("io.ownedlock.spring.autoconfigure."))
                .map(name -> {
                    try {
                        return Class.forName(name);
                    } catch (ClassNotFoundException e) {
                        throw new AssertionError(e);
                    }
                })
                .toArray(Class<?>[]::new);
    }

    @Test
    void thereIsARegistryAnAdvisorAndAWatchdog() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(LockRegistry.class).hasBean("ownedLockRegistry");
            assertThat(context).hasSingleBean(OwnedLockAdvisor.class);
            assertThat(context.getBean(WatchdogLifecycle.class).isRunning()).isTrue();
        });
    }

    @Test
    void theNameOfEachBeanSaysWhoseItIs() {
        runner.run(context -> assertThat(ourBeans(context.getSourceApplicationContext()))
                .isNotEmpty()
                .allMatch(name -> name.startsWith("ownedLock")));
    }

    private static List<String> ourBeans(ConfigurableApplicationContext context) {
        return Arrays.stream(context.getBeanDefinitionNames())
                .filter(name -> {
                    var definition = context.getBeanFactory().getBeanDefinition(name);
                    String factory = String.valueOf(definition.getFactoryBeanName()) + definition.getBeanClassName();
                    return definition.getFactoryMethodName() != null && factory.contains("io.ownedlock.");
                })
                .toList();
    }

    @Test
    void aRegistryOfTheApplicationReplacesOurs() {
        LockRegistry own = LockRegistry.builder().build();
        runner.withBean("lockRegistry", LockRegistry.class, () -> own).run(context -> {
            assertThat(context.getBean(LockRegistry.class)).isSameAs(own);
            assertThat(context).doesNotHaveBean("ownedLockRegistry");
            assertThat(context).hasSingleBean(OwnedLockAdvisor.class).hasSingleBean(WatchdogLifecycle.class);
        });
    }

    @Test
    void switchedOffThereIsNothingWhoeverHasMadeARegistry() {
        runner.withPropertyValues("owned-lock.enabled=false")
                .withBean(LockRegistry.class, () -> LockRegistry.builder().build())
                .run(context -> assertThat(ourBeans(context.getSourceApplicationContext()))
                        .isEmpty());
        new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ours()))
                .withPropertyValues("owned-lock.enabled=false")
                .withBean(LockRegistry.class, () -> LockRegistry.builder().build())
                .run(context -> assertThat(
                                ourBeans((ConfigurableApplicationContext) context.getSourceApplicationContext()))
                        .isEmpty());
    }

    @Test
    void switchedOffMethodsRunWithoutALock() {
        for (boolean enabled : new boolean[] {true, false}) {
            runner.withPropertyValues("owned-lock.enabled=" + enabled)
                    .withBean(Service.class)
                    .run(context -> assertThat(context.getBean(Service.class).holdsALock())
                            .isEqualTo(enabled));
        }
    }

    static class Service {

        @OwnedLock("work")
        boolean holdsALock() {
            try {
                return CurrentHold.get() != null;
            } catch (IllegalStateException e) {
                return false;
            }
        }
    }

    @Test
    void eachIsReplacedByTheApplicationsOwn() {
        LockRegistry registry = LockRegistry.builder().build();
        OwnedLockAdvisor advisor = new OwnedLockAdvisor(() -> registry, text -> text, name -> true);
        IncidentLog log = new IncidentLog(1);
        WatchdogLifecycle watchdog =
                new WatchdogLifecycle(new Watchdog(Ticker.system(), List.of()), Duration.ofDays(1));
        runner.withBean("myAdvisor", OwnedLockAdvisor.class, () -> advisor)
                .withBean("myLog", IncidentLog.class, () -> log)
                .withBean("myWatchdog", WatchdogLifecycle.class, () -> watchdog)
                .withBean("myCheck", OwnedLockCheck.class)
                .withBean(Service.class)
                .run(context -> {
                    assertThat(context.getBean(OwnedLockAdvisor.class)).isSameAs(advisor);
                    assertThat(context.getBean(IncidentLog.class)).isSameAs(log);
                    assertThat(context.getBean(WatchdogLifecycle.class)).isSameAs(watchdog);
                    assertThat(context.getBeanNamesForType(OwnedLockCheck.class))
                            .containsExactly("myCheck");
                    assertThat(context.getBean(Service.class).holdsALock())
                            .as("no role is asked of an advisor")
                            .isTrue();
                });
    }

    @Test
    void settingsOfANameAreMergedKeyByKeyOverTheDefaults() {
        runner.withPropertyValues(
                        "owned-lock.defaults.on-owner-end=poison",
                        "owned-lock.defaults.wait-at-most=3s",
                        "owned-lock.locks.ledger.wait-at-most=5s",
                        "owned-lock.locks[order.line].on-owner-end=break")
                .run(context -> {
                    LockRegistry registry = context.getBean(LockRegistry.class);
                    assertThat(registry.settingsOf("any"))
                            .isEqualTo(LockSettings.DEFAULTS
                                    .withOnOwnerEnd(OnOwnerEnd.POISON)
                                    .withWaitAtMost(Duration.ofSeconds(3)));
                    assertThat(registry.settingsOf("ledger"))
                            .isEqualTo(LockSettings.DEFAULTS
                                    .withOnOwnerEnd(OnOwnerEnd.POISON)
                                    .withWaitAtMost(Duration.ofSeconds(5)));
                    assertThat(registry.settingsOf("order.line"))
                            .isEqualTo(LockSettings.DEFAULTS
                                    .withOnOwnerEnd(OnOwnerEnd.BREAK)
                                    .withWaitAtMost(Duration.ofSeconds(3)));
                });
    }

    @Test
    void aCustomizerWinsOverTheProperties() {
        LockSettings customized = LockSettings.DEFAULTS.withFair(true);
        LockRegistryCustomizer customizer =
                builder -> builder.settings("order", customized).defaults(customized);
        runner.withPropertyValues("owned-lock.locks.order.wait-at-most=5s", "owned-lock.locks.ledger.wait-at-most=5s")
                .withBean(LockRegistryCustomizer.class, () -> customizer)
                .run(context -> {
                    LockRegistry registry = context.getBean(LockRegistry.class);
                    assertThat(registry.settingsOf("order")).isEqualTo(customized);
                    assertThat(registry.settingsOf("any")).isEqualTo(customized);
                    assertThat(registry.settingsOf("ledger"))
                            .isEqualTo(LockSettings.DEFAULTS.withWaitAtMost(Duration.ofSeconds(5)));
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"owned-lock.defaults", "owned-lock.locks.any"})
    void everySettingArrives(String prefix) {
        runner.withPropertyValues(
                        prefix + ".on-owner-end=hand-over",
                        prefix + ".wait-at-most=1s",
                        prefix + ".fair=true",
                        prefix + ".reentrant=false",
                        prefix + ".max-waiters=7",
                        prefix + ".hold-at-most=2s",
                        prefix + ".on-overdue=break-waiters",
                        prefix + ".ending-grace=3s",
                        prefix + ".capture-site=true")
                .run(context -> assertThat(context.getBean(LockRegistry.class).settingsOf("any"))
                        .isEqualTo(new LockSettings(
                                OnOwnerEnd.HAND_OVER,
                                Duration.ofSeconds(1),
                                true,
                                false,
                                7,
                                Duration.ofSeconds(2),
                                OnOverdue.BREAK_WAITERS,
                                Duration.ofSeconds(3),
                                true)));
    }

    @Test
    void thereAreAsManyKeysOfANameAsThePropertySays() {
        runner.withPropertyValues("owned-lock.registry.max-keys=1").run(context -> {
            LockRegistry registry = context.getBean(LockRegistry.class);
            try (Hold hold = registry.obtain("order", 1).acquire()) {
                assertThat(registry.obtain("order", 1).id()).isEqualTo(hold.lock());
                assertThatExceptionOfType(LockRefusedException.class).isThrownBy(() -> registry.obtain("order", 2));
                registry.obtainSemaphore("seat", 2, 1);
            }
        });
    }

    @Test
    void withoutAnySettingALockBreaksAndWaitsAsLongAsItTakes() {
        runner.run(context -> assertThat(context.getBean(LockRegistry.class).settingsOf("any"))
                .isEqualTo(LockSettings.DEFAULTS));
    }

    @Test
    void listenersAndCustomizersOfTheApplicationAreUsedInOrder() {
        runner.withUserConfiguration(Listening.class).run(context -> {
            LockRegistry registry = context.getBean(LockRegistry.class);
            registry.obtain("order").acquire().close();
            assertThat(Listening.heard).containsExactly("first", "second");
            assertThat(registry.settingsOf("order").waitAtMost()).isEqualTo(Duration.ofDays(1));
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Listening {

        static List<String> heard = new ArrayList<>();

        record Listener(String name) implements LockListener {
            @Override
            public void acquired(LockId lock, long waitNanos) {
                heard.add(name);
            }
        }

        @Bean
        @Order(2)
        Listener second() {
            return new Listener("second");
        }

        @Bean
        @Order(1)
        Listener first() {
            return new Listener("first");
        }

        @Bean
        LockRegistryCustomizer longer() {
            return builder -> builder.defaults(
                    LockSettings.DEFAULTS.withOnOwnerEnd(OnOwnerEnd.BREAK).withWaitAtMost(Duration.ofDays(1)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "owned-lock.defaults.wait-at-most,      -5s,  -5000ms, 0s",
        "owned-lock.locks.order.wait-at-most,   -1ms, -1ms,    0s",
        "owned-lock.defaults.hold-at-most,      -1s,  -1000ms, 0s",
        "owned-lock.defaults.ending-grace,      -1s,  -1000ms, 0s",
        "owned-lock.locks.order.max-waiters,    -1,   -1,      0",
        "owned-lock.locks[order.line].max-waiters, -1, -1,     0",
        "owned-lock.locks[Order].hold-at-most,  -1s,  -1000ms, 0s",
        "owned-lock.registry.max-keys,          0,    0,       how many keys",
        "owned-lock.log.max-per-minute,         -1,   -1,      0 for no line",
        "owned-lock.watchdog.interval,          0s,   0ms,     owned-lock.watchdog.enabled",
        "owned-lock.watchdog.interval,          -1s,  -1000ms, owned-lock.watchdog.enabled"
    })
    void aValueThatMakesNoSenseFailsAtStartUpAndSaysHowToMendIt(
            String property, String value, String shown, String mend, CapturedOutput output) {
        assertFailsToStart(property, value);
        assertThat(output.getAll())
                .contains("The value of '" + property + "' is " + shown)
                .contains("Origin: \"" + property + "\" from property source \"commandLineArgs\"");
        assertThat(after("Action:", output)).contains(mend);
    }

    @ParameterizedTest
    @CsvSource({
        "owned-lock.enabled, perhaps",
        "owned-lock.defaults.on-owner-end, explode",
        "owned-lock.defaults.on-overdue, explode",
        "owned-lock.defaults.wait-at-most, soon",
        "owned-lock.defaults.hold-at-most, soon",
        "owned-lock.defaults.ending-grace, soon",
        "owned-lock.defaults.fair, perhaps",
        "owned-lock.defaults.reentrant, perhaps",
        "owned-lock.defaults.capture-site, perhaps",
        "owned-lock.defaults.max-waiters, many",
        "owned-lock.locks.order.wait-at-most, soon",
        "owned-lock.locks[order.line].on-owner-end, explode",
        "owned-lock.deadlock, explode",
        "owned-lock.registry.max-keys, many",
        "owned-lock.log.max-per-minute, many",
        "owned-lock.events.enabled, perhaps",
        "owned-lock.aspect.enabled, perhaps",
        "owned-lock.aspect.order, first",
        "owned-lock.aspect.strict, perhaps",
        "owned-lock.tasks.async, perhaps",
        "owned-lock.tasks.scheduled, perhaps",
        "owned-lock.tasks.runners, perhaps",
        "owned-lock.watchdog.interval, often",
        "owned-lock.watchdog.enabled, perhaps"
    })
    void aValueThatCannotBeReadFailsAtStartUpAndIsNamed(String property, String value, CapturedOutput output) {
        assertFailsToStart(property, value);
        assertThat(output.getAll()).contains("APPLICATION FAILED TO START");
        assertThat(after("Description:", output))
                .contains(property)
                .contains(value)
                .contains("Origin:", "commandLineArgs");
    }

    private static String after(String heading, CapturedOutput output) {
        assertThat(output.getAll()).contains(heading);
        return output.getAll().substring(output.getAll().indexOf(heading));
    }

    /** A whole application this time, since what counts is what its author gets to read. */
    private static void assertFailsToStart(String property, String value) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        assertThatException().isThrownBy(() -> application.run("--" + property + "=" + value));
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        OwnedLockAutoConfiguration.class,
        OwnedLockWatchdogAutoConfiguration.class,
        OwnedLockTaskAutoConfiguration.class
    })
    static class Application {}
}
