package io.ownedlock.spring.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockTaskAutoConfiguration;
import io.ownedlock.spring.autoconfigure.OwnedLockWatchdogAutoConfiguration;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** What a restart of the application in the same JVM leaves, as development tools and application servers do it. */
class RestartTest {

    @Test
    void itLeavesNoThreadAndNoClassLoader() throws Exception {
        List<WeakReference<ClassLoader>> left = List.of(
                new WeakReference<>(lifeOfAnApplication(false)), new WeakReference<>(lifeOfAnApplication(true)));
        // JDK 17 keeps the last class of which two were first compared as components of a record, whoever's it is.
        assertThat(new Compared(this)).isEqualTo(new Compared(this)).hasSameHashCodeAs(new Compared(this));
        for (WeakReference<ClassLoader> loader : left) {
            Eventually.until("the class loader is collected", () -> {
                System.gc();
                return loader.get() == null;
            });
        }
    }

    private record Compared(RestartTest one) {}

    /** On a thread of its own, like a restarted main thread, whose thread-locals go with it. */
    private static ClassLoader lifeOfAnApplication(boolean virtual) throws Exception {
        URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
        FutureTask<Object> life = new FutureTask<>(() -> {
            Class<?> application = loader.loadClass(Restarted.class.getName());
            assertThat(application).isNotSameAs(Restarted.class);
            return application.getMethod("live", boolean.class).invoke(null, virtual);
        });
        Thread main = new Thread(life, "restarted-main");
        main.setContextClassLoader(loader);
        main.start();
        assertThat(life.get(50, TimeUnit.SECONDS)).isEqualTo("lived");
        main.join();
        Eventually.until(
                "its threads are gone",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> isOfTheApplication(thread, loader)));
        loader.close();
        return loader;
    }

    private static boolean isOfTheApplication(Thread thread, ClassLoader loader) {
        return thread.getContextClassLoader() == loader || thread.getName().startsWith("owned-lock-");
    }

    private static URL[] classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> {
                    try {
                        return new File(entry).toURI().toURL();
                    } catch (MalformedURLException e) {
                        throw new AssertionError(e);
                    }
                })
                .toArray(URL[]::new);
    }

    /** The application; public, since it is called from the other side of the class loader. */
    public static final class Restarted {

        private Restarted() {}

        public static String live(boolean virtual) throws Exception {
            try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
                TestPropertyValues.of(
                                "spring.threads.virtual.enabled=" + virtual,
                                "owned-lock.watchdog.interval=10ms",
                                "spring.task.execution.thread-name-prefix=restarted-",
                                "spring.task.execution.propagate-context=true",
                                "spring.task.scheduling.thread-name-prefix=restarted-")
                        .applyTo(context);
                context.register(Application.class);
                context.refresh();
                Work work = context.getBean(Work.class);
                require(work.asynchronous().get(20, TimeUnit.SECONDS) == TaskKind.ASYNC, "asynchronous");
                require(Work.SCHEDULED.await(20, TimeUnit.SECONDS), "scheduled");
                breakOneOf(context.getBean(LockRegistry.class));
            }
            return "lived";
        }

        /** Only the watchdog tells the waiter of the thread that dies. */
        private static void breakOneOf(LockRegistry registry) throws InterruptedException {
            TaskLock lock = registry.obtain("order", 42);
            Thread owner = new Thread(lock::lock, "restarted-owner");
            owner.start();
            owner.join();
            FutureTask<Boolean> waiter = new FutureTask<>(() -> {
                try {
                    return lock.acquire().predecessorAbandoned();
                } catch (BrokenLockException e) {
                    return true;
                }
            });
            new Thread(waiter, "restarted-waiter").start();
            try {
                require(waiter.get(20, TimeUnit.SECONDS), "told");
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void require(boolean condition, String what) {
            if (!condition) {
                throw new IllegalStateException(what);
            }
        }
    }

    public static class Work {

        static final CountDownLatch SCHEDULED = new CountDownLatch(2);

        @Async
        @OwnedLock("work")
        public CompletableFuture<TaskKind> asynchronous() {
            return CompletableFuture.completedFuture(Task.current().kind());
        }

        @Scheduled(fixedRate = 10)
        @OwnedLock("work")
        public void scheduled() {
            if (Task.current().kind() == TaskKind.SCHEDULED) {
                SCHEDULED.countDown();
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @EnableScheduling
    @ImportAutoConfiguration({
        AopAutoConfiguration.class,
        TaskExecutionAutoConfiguration.class,
        TaskSchedulingAutoConfiguration.class,
        OwnedLockAutoConfiguration.class,
        OwnedLockWatchdogAutoConfiguration.class,
        OwnedLockTaskAutoConfiguration.class
    })
    @Import(Work.class)
    public static class Application {}
}
