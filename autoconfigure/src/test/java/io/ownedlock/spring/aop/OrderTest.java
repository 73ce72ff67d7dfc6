package io.ownedlock.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.LockSnapshot;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.Cache;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCache;
import org.springframework.cache.support.SimpleCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.task.TaskDecorator;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.concurrent.DelegatingSecurityContextRunnable;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** The lock's place among the advisors, told by who sees it held. */
class OrderTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class, TaskExecutionAutoConfiguration.class, OwnedLockAutoConfiguration.class))
            .withUserConfiguration(Everything.class);

    @Test
    void theLockIsOutsideTransactionsAndCaching() {
        runner.run(context -> {
            context.getBean(Service.class).work(1);
            List<String> entries = context.getBean(Journal.class).entries;
            assertThat(entries)
                    .startsWith("security: free")
                    .containsExactlyInAnyOrder(
                            "security: free",
                            "cache get: held",
                            "begin: held",
                            "body: held",
                            "commit: held",
                            "cache put: held");
        });
    }

    @Test
    void allOfItOnOneMethod() {
        runner.run(context -> {
            Service service = context.getBean(Service.class);
            Journal journal = context.getBean(Journal.class);
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> as("eve", service).get(20, TimeUnit.SECONDS))
                    .withCauseInstanceOf(AccessDeniedException.class);
            assertThat(journal.entries)
                    .as("who must not do it never gets the lock")
                    .containsExactly("asked: free");
            journal.entries.clear();

            assertThat(as("ann", service).get(20, TimeUnit.SECONDS)).isEqualTo(1);
            // Which of the two is outside the other is not for the lock to say: their orders are the same.
            assertThat(journal.entries)
                    .filteredOn(entry -> !entry.startsWith("cache"))
                    .containsExactly(
                            "asked: free",
                            "begin: held",
                            "body: held",
                            "rollback: held",
                            "asked: free",
                            "begin: held",
                            "body: held",
                            "commit: held");
            assertThat(journal.entries)
                    .filteredOn(entry -> entry.startsWith("cache"))
                    .containsExactly("cache get: held", "cache get: held", "cache put: held");
            assertThat(journal.owners)
                    .hasSize(2)
                    .allSatisfy(owner -> assertThat(owner.thread()).startsWith("task-"))
                    .extracting(TaskInfo::id)
                    .doesNotHaveDuplicates();
            assertThat(context.getBean(LockRegistry.class).obtain("work").isIdle())
                    .isTrue();
        });
    }

    private static CompletableFuture<Integer> as(String name, Service service) {
        SecurityContextHolder.getContext()
                .setAuthentication(new TestingAuthenticationToken(name, "secret", "ROLE_SELLER"));
        try {
            return service.everything(1);
        } finally {
            SecurityContextHolder.clearContext();
        }
    }

    @Test
    void theOrderIsAProperty() {
        runner.withPropertyValues("owned-lock.aspect.order=500").run(context -> {
            context.getBean(Service.class).work(1);
            assertThat(context.getBean(Journal.class).entries).contains("security: held");
        });
    }

    @Test
    void switchedOffMethodsRunWithoutALock() {
        runner.withPropertyValues("owned-lock.aspect.enabled=false").run(context -> {
            context.getBean(Service.class).work(1);
            assertThat(context.getBean(Journal.class).entries).contains("body: free");
            assertThat(context).hasSingleBean(LockRegistry.class).doesNotHaveBean(OwnedLockAdvisor.class);
        });
    }

    /** The recipe: who waited for a lock that broke tries again, as it is free. */
    @Test
    void whoseLockBreaksMayTryAgain() {
        runner.run(context -> {
            TaskLock lock = context.getBean(LockRegistry.class).obtain("work");
            Task dying = Task.start("dying", TaskKind.CUSTOM);
            try (Attachment ignored = dying.attach()) {
                lock.acquire();
            }
            Call<Boolean> waiter =
                    Call.start(() -> context.getBean(Service.class).retried()).awaitParked();
            dying.end();
            assertThat(waiter.get()).as("its predecessor has left it behind").isTrue();
        });
    }

    @Test
    void theLockIsInsideAsync() {
        runner.run(context -> {
            TaskInfo owner = context.getBean(Service.class).later().get(20, TimeUnit.SECONDS);
            assertThat(owner.thread()).startsWith("task-");
        });
    }

    @Test
    void theLockIsTakenAnewForEachAttempt() {
        runner.run(context -> {
            context.getBean(Service.class).attempts();
            assertThat(context.getBean(Journal.class).owners)
                    .hasSize(3)
                    .extracting(TaskInfo::id)
                    .doesNotHaveDuplicates();
        });
    }

    static class Service {

        private final Journal journal;

        Service(Journal journal) {
            this.journal = journal;
        }

        @OwnedLock("work")
        @Transactional
        @Cacheable("cache")
        public int work(int argument) {
            journal.write("body");
            return argument;
        }

        @Async
        @OwnedLock("work")
        public CompletableFuture<TaskInfo> later() {
            return CompletableFuture.completedFuture(journal.owner());
        }

        @OwnedLock("work")
        @Async
        @Retryable(maxRetries = 1, delay = 0, includes = IllegalStateException.class)
        @PreAuthorize("@guard.lets(authentication)")
        @Cacheable("cache")
        @Transactional
        public CompletableFuture<Integer> everything(int argument) {
            journal.write("body");
            journal.owners.add(journal.owner());
            if (journal.owners.size() < 2) {
                throw new IllegalStateException("try again");
            }
            return CompletableFuture.completedFuture(argument);
        }

        @Retryable(includes = BrokenLockException.class, maxRetries = 1, delay = 0)
        @OwnedLock("work")
        public boolean retried() {
            return CurrentHold.get().predecessorAbandoned();
        }

        @Retryable(maxRetries = 2, delay = 0)
        @OwnedLock("work")
        public void attempts() {
            journal.owners.add(journal.owner());
            if (journal.owners.size() < 3) {
                throw new IllegalStateException("try again");
            }
        }
    }

    /** Notes who saw the lock how. */
    static class Journal {

        final List<TaskInfo> owners = new CopyOnWriteArrayList<>();
        final List<String> entries = new CopyOnWriteArrayList<>();
        private final ObjectProvider<LockRegistry> locks;

        Journal(ObjectProvider<LockRegistry> locks) {
            this.locks = locks;
        }

        private LockSnapshot look() {
            return locks.getObject().obtain("work").snapshot();
        }

        TaskInfo owner() {
            return look().owner();
        }

        void write(String who) {
            entries.add(who + ": " + (look().state() == LockState.HELD ? "held" : "free"));
        }
    }

    record Guard(Journal journal) {

        public boolean lets(Authentication who) {
            journal.write("asked");
            return who.getName().equals("ann");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    @EnableCaching
    @EnableAsync
    @EnableResilientMethods
    @EnableMethodSecurity
    static class Everything {

        /** Told by the real method security. */
        @Bean
        Guard guard(Journal journal) {
            return new Guard(journal);
        }

        /** Hands the caller's identity on, as an application with both has to. */
        @Bean
        TaskDecorator identity() {
            return DelegatingSecurityContextRunnable::new;
        }

        @Bean
        Service service(Journal journal) {
            return new Service(journal);
        }

        @Bean
        Journal journal(ObjectProvider<LockRegistry> locks) {
            return new Journal(locks);
        }

        /** Method security's innermost interceptor has order 600. */
        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static DefaultPointcutAdvisor security(ObjectProvider<Journal> journal) {
            NameMatchMethodPointcut work = new NameMatchMethodPointcut().addMethodName("work");
            work.setClassFilter(type -> type == Service.class);
            DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(work, (MethodInterceptor) invocation -> {
                journal.getObject().write("security");
                return invocation.proceed();
            });
            advisor.setOrder(600);
            return advisor;
        }

        @Bean
        SimpleCacheManager cacheManager(Journal journal) {
            Cache cache = new ConcurrentMapCache("cache") {
                @Override
                protected @Nullable Object lookup(Object key) {
                    journal.write("cache get");
                    return super.lookup(key);
                }

                @Override
                public void put(Object key, @Nullable Object value) {
                    journal.write("cache put");
                    super.put(key, value);
                }
            };
            SimpleCacheManager manager = new SimpleCacheManager();
            manager.setCaches(List.of(cache));
            return manager;
        }

        @Bean
        AbstractPlatformTransactionManager transactionManager(Journal journal) {
            return new AbstractPlatformTransactionManager() {
                @Override
                protected Object doGetTransaction() {
                    return new Object();
                }

                @Override
                protected void doBegin(Object transaction, TransactionDefinition definition) {
                    journal.write("begin");
                }

                @Override
                protected void doCommit(DefaultTransactionStatus status) {
                    journal.write("commit");
                }

                @Override
                protected void doRollback(DefaultTransactionStatus status) {
                    journal.write("rollback");
                }
            };
        }
    }
}
