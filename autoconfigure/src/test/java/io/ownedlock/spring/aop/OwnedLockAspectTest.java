package io.ownedlock.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.AliasFor;

class OwnedLockAspectTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, OwnedLockAutoConfiguration.class))
            .withPropertyValues("lock.name=from-yaml", "lock.wait=0s")
            .withBean(SeatService.class);

    private interface Try {
        void run(SeatService service, LockRegistry registry) throws Exception;
    }

    private void with(Try test) {
        runner.run(context -> test.run(context.getBean(SeatService.class), registry(context)));
    }

    private static LockRegistry registry(ApplicationContext context) {
        return context.getBean(LockRegistry.class);
    }

    @Test
    void theBodyRunsUnderTheLockOfItsKeyAndTheLockIsFreeAfterIt() {
        with((service, registry) -> {
            TaskLock lock = registry.obtain("seat", 42);
            service.reserve(42, () -> {
                assertThat(lock.isHeldByCurrentTask()).isTrue();
                assertThat(registry.size()).isEqualTo(1);
            });
            assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
            assertThat(lock.snapshot().abandonment()).isNull();
        });
    }

    @Test
    void whatTheBodyThrowsPassesAndTheLockIsGivenBack() {
        with((service, registry) -> {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> service.reserve(42, () -> {
                        throw new UnsupportedOperationException();
                    }));
            assertThat(registry.obtain("seat", 42).isIdle()).isTrue();
        });
    }

    @Test
    void nameAndWaitMayBePlaceholdersAndTheWaitIsTheAnnotations() {
        with((service, registry) -> {
            Call<?> owner = holdIn(registry.obtain("from-yaml"));
            AtomicInteger ran = new AtomicInteger();
            assertThatExceptionOfType(WaitTooLongException.class)
                    .isThrownBy(() -> service.impatient(ran::incrementAndGet))
                    .satisfies(e -> assertThat(e.waited()).isEqualTo(Duration.ZERO));
            assertThat(ran).hasValue(0);
            owner.awaitDead();
        });
    }

    /** A thread that takes the lock and dies: nobody tells, so the lock stays held until somebody looks at its owner. */
    private static Call<?> holdIn(TaskLock lock) throws Exception {
        Task owner = Task.start("owner", TaskKind.CUSTOM);
        Call<?> call = Call.start(() -> {
            try (Attachment ignored = owner.attach()) {
                return lock.acquire();
            }
        });
        call.get();
        return call;
    }

    @Test
    void aWaitOfTheAnnotationEndsInTime() {
        with((service, registry) -> {
            holdIn(registry.obtain("short"));
            assertThatExceptionOfType(WaitTooLongException.class)
                    .isThrownBy(service::shortWait)
                    .satisfies(e -> assertThat(e.waited()).isEqualTo(Duration.ofMillis(5)));
        });
    }

    @Test
    void argumentsAreKnownByNameAndByPlace() {
        with((service, registry) -> {
            service.byPlace("a", "b", () -> assertHeld(registry, new LockId("place", "b-a")));
            service.byProperty(
                    new Order(7, new AtomicInteger()), () -> assertHeld(registry, new LockId("property", "7")));
            service.byComponent(
                    new Order(7, new AtomicInteger()), () -> assertHeld(registry, new LockId("component", "7")));
        });
    }

    private static void assertHeld(LockRegistry registry, LockId id) {
        assertThat(registry.snapshot())
                .filteredOn(lock -> lock.state() == LockState.HELD)
                .singleElement()
                .satisfies(lock -> assertThat(lock.lock()).isEqualTo(id));
    }

    @Test
    void theKeyIsEvaluatedOncePerCall() {
        with((service, registry) -> {
            Order order = new Order(7, new AtomicInteger());
            service.byProperty(order, () -> {});
            assertThat(order.reads()).hasValue(1);
            service.byProperty(order, () -> {});
            assertThat(order.reads()).hasValue(2);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void aBlankKeyIsAnErrorAndTheBodyDoesNotRun(String key) {
        with((service, registry) -> assertNoKey(service, key, "must not be blank"));
    }

    @Test
    void aNullKeyIsAnErrorAndTheBodyDoesNotRun() {
        with((service, registry) -> assertNoKey(service, null, "is null"));
    }

    @Test
    void aKeyOfAnUnsuitableTypeIsAnErrorAndTheBodyDoesNotRun() {
        with((service, registry) -> assertNoKey(service, 1.5, "java.lang.Double"));
    }

    private static void assertNoKey(SeatService service, @Nullable Object key, String why) {
        AtomicInteger ran = new AtomicInteger();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.any(key, ran::incrementAndGet))
                .withMessageContaining("SeatService.any")
                .withMessageContaining("\"#key\"")
                .withMessageContaining(why);
        assertThat(ran).hasValue(0);
    }

    @Test
    void anAnnotationOfOnesOwnPassesTheKeyOn() {
        with((service, registry) -> service.meta(3, () -> assertHeld(registry, new LockId("order", "3"))));
    }

    @Test
    void anAnnotationOnAnInterfaceCountsEvenBehindAnInterfaceProxy() {
        runner.withPropertyValues("spring.aop.proxy-target-class=false")
                .withBean("port", PortImplementation.class)
                .run(context -> context.getBean(Port.class)
                        .call(5, () -> assertHeld(registry(context), new LockId("port", "5"))));
    }

    /** As Spring Data makes a repository: what is behind the interface's methods has nothing to do with it. */
    @Test
    void anAnnotationOnAnInterfaceCountsWhoeverIsBehindItsProxy() {
        runner.withBean("port", Port.class, () -> {
                    ProxyFactory factory = new ProxyFactory();
                    factory.setTarget(new Object());
                    factory.setInterfaces(Port.class);
                    factory.addAdvice((MethodInterceptor) call -> {
                        ((Runnable) call.getArguments()[1]).run();
                        return null;
                    });
                    return (Port) factory.getProxy();
                })
                .run(context -> context.getBean(Port.class)
                        .call(7, () -> assertHeld(registry(context), new LockId("port", "7"))));
    }

    @Test
    void whatLeaksInACallOnAPlainThreadBreaksItsWaitersAtTheEndOfTheCall() {
        with((service, registry) -> {
            TaskLock leaked = registry.obtain("leaked");
            Call<?>[] waiter = new Call<?>[1];
            service.reserve(42, () -> {
                leaked.acquire();
                waiter[0] = Call.start(leaked::acquire).awaitParked();
            });
            assertThat(waiter[0].thrown()).isInstanceOfSatisfying(BrokenLockException.class, e -> {
                assertThat(e.abandonment().owner().kind()).isEqualTo(TaskKind.CUSTOM);
                assertThat(e.abandonment().owner().name()).isEqualTo("SeatService.reserve");
            });
            assertThat(leaked.snapshot().state()).isEqualTo(LockState.FREE);
        });
    }

    @Test
    void aCallMayTakeAgainWhatItsThreadHolds() {
        with((service, registry) -> {
            AtomicInteger ran = new AtomicInteger();
            try (Hold ignored = registry.obtain("seat", 42).acquire()) {
                service.reserve(42, ran::incrementAndGet);
                assertThat(registry.obtain("seat", 42).isHeldByCurrentTask()).isTrue();
            }
            assertThat(ran).hasValue(1);
            assertThat(registry.obtain("seat", 42).isIdle()).isTrue();
        });
    }

    @Test
    void aCallWithinATaskBelongsToThatTask() {
        with((service, registry) -> {
            Task request = Task.start("GET /seats", TaskKind.REQUEST);
            try (Attachment ignored = request.attach()) {
                service.reserve(42, () -> assertThat(Task.current()).isSameAs(request));
            }
        });
    }

    @Test
    void aCallWithinACallBelongsToTheOuterOne() {
        with((service, registry) -> service.reserve(1, () -> {
            Task outer = Task.current();
            service.reserve(1, () -> assertThat(Task.current()).isSameAs(outer));
        }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spring.aop.auto=false", "spring.aop.proxy-target-class=false"})
    void thereAreProxiesWhateverBootWasTold(String property) {
        runner.withPropertyValues(property)
                .run(context -> context.getBean(SeatService.class)
                        .reserve(42, () -> assertHeld(registry(context), new LockId("seat", "42"))));
    }

    @Test
    void whenSwitchedOffTheBodyRunsWithoutALock() {
        runner.withPropertyValues("owned-lock.enabled=false").run(context -> {
            assertThat(context).doesNotHaveBean(LockRegistry.class);
            AtomicInteger ran = new AtomicInteger();
            context.getBean(SeatService.class).reserve(42, ran::incrementAndGet);
            assertThat(ran).hasValue(1);
        });
    }

    static class SeatService {

        @OwnedLock(name = "seat", key = "#seatId")
        void reserve(long seatId, Runnable body) {
            body.run();
        }

        @OwnedLock(name = "${lock.name}", waitAtMost = "${lock.wait}")
        void impatient(Runnable body) {
            body.run();
        }

        @OwnedLock(name = "short", waitAtMost = "5ms")
        void shortWait() {}

        @OwnedLock(value = "place", key = "#p1 + '-' + #a0")
        void byPlace(String first, String second, Runnable body) {
            body.run();
        }

        @OwnedLock(value = "property", key = "#order.id")
        void byProperty(Order order, Runnable body) {
            body.run();
        }

        @OwnedLock(value = "component", key = "#order.number")
        void byComponent(Order order, Runnable body) {
            body.run();
        }

        @OwnedLock(value = "any", key = "#key")
        void any(@Nullable Object key, Runnable body) {
            body.run();
        }

        @OrderLock("#orderId")
        void meta(long orderId, Runnable body) {
            body.run();
        }
    }

    @OwnedLock("order")
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface OrderLock {

        @AliasFor(annotation = OwnedLock.class, attribute = "key")
        String value();
    }

    record Order(long number, AtomicInteger reads) {

        public long getId() {
            reads.incrementAndGet();
            return number;
        }
    }

    interface Port {

        @OwnedLock(name = "port", key = "#p0")
        void call(int id, Runnable body);
    }

    static class PortImplementation implements Port {

        @Override
        public void call(int id, Runnable body) {
            body.run();
        }
    }
}
