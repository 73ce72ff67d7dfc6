package io.ownedlock.spring.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockTaskAutoConfiguration;
import io.ownedlock.sync.LockState;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

class RunnerTasksTest {

    @Test
    void eachRunIsATaskWithTheNameOfItsBeanNestedInWhatItsThreadHolds() {
        try (ConfigurableApplicationContext context = start()) {
            Runs runs = context.getBean(Runs.class);
            for (String bean : new String[] {"warmUp", "importer", "proxied"}) {
                Task run = runs.of.get(bean);
                assertThat(run.info()).returns(TaskKind.CUSTOM, TaskInfo::kind).returns(bean, TaskInfo::name);
                assertThat(run.ended()).isNotNull();
                assertThat(run.isNestedIn(Task.current())).isTrue();
            }
            assertThat(runs.of).hasSize(4).doesNotContainValue(null);
        }
    }

    @Test
    void whatARunLeavesBehindIsGivenUpAtItsEnd() {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(context.getBean(LockRegistry.class)
                            .obtain("import")
                            .snapshot()
                            .state())
                    .isEqualTo(LockState.FREE);
            assertThat(context.getBean(Runs.class).predecessorAbandoned).isTrue();
        }
    }

    @Test
    void aRunnerIsStillOfItsClassAndWhatCannotBeAProxyRunsAsItIs() {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(context.getBean(Importer.class)).isInstanceOf(CommandLineRunner.class);
            assertThat(context.getBean(FinalRunner.class).getClass()).isEqualTo(FinalRunner.class);
            assertThat(context.getBean(Runs.class).of.get("finalRunner").kind()).isEqualTo(TaskKind.THREAD);
        }
        RunnerTasks tasks = new RunnerTasks();
        FinalMethod finalMethod = new FinalMethod();
        assertThat(tasks.postProcessAfterInitialization(finalMethod, "any")).isSameAs(finalMethod);
        assertThat(tasks.postProcessAfterInitialization("no runner", "any")).isEqualTo("no runner");
    }

    /** Spring makes a subclass of it, with final methods, which are not the application's. */
    @Test
    void theClassOfTheApplicationMayBeARunnerItself() {
        SpringApplication application = new SpringApplication(ItselfARunner.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        try (ConfigurableApplicationContext context = application.run()) {
            assertThat(context.getBean(Runs.class).of.get("itself").info())
                    .returns(TaskKind.CUSTOM, TaskInfo::kind)
                    .satisfies(run -> assertThat(run.name()).endsWith("ItselfARunner"));
            assertThat(context.getBean(ItselfARunner.class).again()).isSameAs(context.getBean(Runs.class));
        }
    }

    @Configuration
    @ImportAutoConfiguration({OwnedLockAutoConfiguration.class, OwnedLockTaskAutoConfiguration.class})
    static class ItselfARunner implements CommandLineRunner {

        @Bean
        Runs runs() {
            return new Runs();
        }

        Runs again() {
            return runs();
        }

        @Override
        public void run(String... arguments) {
            runs().of.put("itself", Task.current());
        }
    }

    @Test
    void switchedOffTheyAreNoTasks() {
        try (ConfigurableApplicationContext context = start("--owned-lock.tasks.runners=false")) {
            assertThat(context.getBean(Runs.class).of.get("importer").kind()).isEqualTo(TaskKind.THREAD);
        }
    }

    private static ConfigurableApplicationContext start(String... arguments) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        return application.run(arguments);
    }

    /** What is seen inside; beside the runners, since the fields of a proxy are empty. */
    static class Runs {

        final Map<String, Task> of = new ConcurrentHashMap<>();
        boolean predecessorAbandoned;
    }

    static class Importer implements CommandLineRunner {

        private final Runs runs;
        private final LockRegistry registry;

        Importer(Runs runs, LockRegistry registry) {
            this.runs = runs;
            this.registry = registry;
        }

        @Override
        public void run(String... arguments) {
            runs.of.put("importer", Task.current());
            registry.obtain("import").lock();
        }
    }

    static final class FinalRunner implements ApplicationRunner {

        private final Runs runs;

        FinalRunner(Runs runs) {
            this.runs = runs;
        }

        @Override
        public void run(ApplicationArguments arguments) {
            runs.of.put("finalRunner", Task.current());
        }
    }

    static class FinalMethod implements ApplicationRunner {

        @Override
        public final void run(ApplicationArguments arguments) {}
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({OwnedLockAutoConfiguration.class, OwnedLockTaskAutoConfiguration.class})
    static class Application {

        @Bean
        Runs runs() {
            return new Runs();
        }

        @Bean
        @Order(1)
        ApplicationRunner warmUp(Runs runs) {
            return arguments -> runs.of.put("warmUp", Task.current());
        }

        @Bean
        @Order(2)
        Importer importer(Runs runs, LockRegistry registry) {
            return new Importer(runs, registry);
        }

        @Bean
        @Order(3)
        FinalRunner finalRunner(Runs runs) {
            return new FinalRunner(runs);
        }

        @Bean
        @Order(4)
        ApplicationRunner proxied(Runs runs, LockRegistry registry) {
            return new org.springframework.aop.framework.ProxyFactory((ApplicationRunner) arguments -> {
                runs.of.put("proxied", Task.current());
                try (var hold = registry.obtain("import").acquire()) {
                    runs.predecessorAbandoned = hold.predecessorAbandoned();
                }
            }) {
                ApplicationRunner proxy() {
                    addAdvice((org.aopalliance.intercept.MethodInterceptor)
                            org.aopalliance.intercept.MethodInvocation::proceed);
                    return (ApplicationRunner) getProxy();
                }
            }.proxy();
        }
    }
}
