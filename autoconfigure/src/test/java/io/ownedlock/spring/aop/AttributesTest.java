package io.ownedlock.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.OwnedLock.Mode;
import io.ownedlock.spring.OwnedLock.WhenHeld;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.HoldableLock;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.LockSettings;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.WaitTooLongException;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.AliasFor;

/** What the attributes say, and what several annotations come to. */
class AttributesTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, OwnedLockAutoConfiguration.class))
            .withBean(Service.class)
            .withBean(Annotated.class);

    private interface Try {
        void run(Service service, LockRegistry registry) throws Exception;
    }

    private void with(Try test) {
        runner.run(context -> test.run(context.getBean(Service.class), context.getBean(LockRegistry.class)));
    }

    /** Somebody else who has the lock until the returned task is ended. */
    private static Task holder(HoldableLock... locks) {
        Task holder = Task.start("holder", TaskKind.CUSTOM);
        try (Attachment ignored = holder.attach()) {
            for (HoldableLock lock : locks) {
                lock.acquire();
            }
        }
        return holder;
    }

    @ParameterizedTest
    @CsvSource({"said,   true,  PT2S,  POISON", "quiet,  false, PT3S,  HAND_OVER", "other,  true,  PT4S,  BREAK"})
    void anAttributeWinsOverTheNamesSettingsAndTheseOverTheDefaults(
            String name, boolean fair, Duration holdAtMost, OnOwnerEnd onOwnerEnd) {
        runner.withPropertyValues(
                        "owned-lock.defaults.hold-at-most=4s",
                        "owned-lock.defaults.fair=true",
                        "owned-lock.locks.said.fair=false",
                        "owned-lock.locks.said.hold-at-most=3s",
                        "owned-lock.locks.quiet.fair=false",
                        "owned-lock.locks.quiet.hold-at-most=3s",
                        "owned-lock.locks.quiet.on-owner-end=hand-over")
                .run(context -> assertThat(context.getBean(LockRegistry.class).settingsOf(name))
                        .isEqualTo(LockSettings.DEFAULTS
                                .withFair(fair)
                                .withHoldAtMost(holdAtMost)
                                .withOnOwnerEnd(onOwnerEnd)));
    }

    @Test
    void aRegistryOfTheApplicationLearnsWhatTheAnnotationsSay() {
        runner.withBean(LockRegistry.class, () -> LockRegistry.builder().build())
                .run(context -> assertThat(context.getBean(LockRegistry.class).settingsOf("said"))
                        .isEqualTo(LockSettings.DEFAULTS
                                .withFair(true)
                                .withHoldAtMost(Duration.ofSeconds(2))
                                .withOnOwnerEnd(OnOwnerEnd.POISON)));
    }

    @Test
    void whoDoesNotWaitFailsAtOnce() {
        with((service, registry) -> {
            Task holder = holder(registry.obtain("fail"));
            assertThatExceptionOfType(WaitTooLongException.class).isThrownBy(() -> service.fail(() -> {}));
            holder.end();
            AtomicInteger ran = new AtomicInteger();
            service.fail(ran::incrementAndGet);
            assertThat(ran).hasValue(1);
        });
    }

    @Test
    void whoSkipsReturnsNothingAndDoesNotRun() {
        with((service, registry) -> {
            Task holder = holder(registry.obtain("skip"));
            AtomicInteger ran = new AtomicInteger();
            service.skip(ran::incrementAndGet);
            assertThat(service.skipOptional()).isEmpty();
            assertThat(ran).hasValue(0);
            holder.end();
            service.skip(ran::incrementAndGet);
            assertThat(service.skipOptional()).contains("ran");
            assertThat(ran).hasValue(1);
        });
    }

    @Test
    void aBrokenLockIsNoReasonToSkip() {
        with((service, registry) -> {
            holder(registry.obtain("poisoned")).end();
            assertThatExceptionOfType(BrokenLockException.class).isThrownBy(service::skipPoisoned);
        });
    }

    @Test
    void manyReadAndOneWrites() {
        with((service, registry) -> {
            Task reader = holder(registry.obtainReadWrite("report", 1).readLock());
            AtomicInteger ran = new AtomicInteger();
            service.read(1, ran::incrementAndGet);
            assertThat(ran).hasValue(1);
            assertThatExceptionOfType(WaitTooLongException.class).isThrownBy(() -> service.write(1, () -> {}));
            reader.end();
            service.write(
                    1,
                    () -> assertThat(registry.obtainReadWrite("report", 1)
                                    .writeLock()
                                    .isHeldByCurrentTask())
                            .isTrue());
        });
    }

    @Test
    void severalAreTakenInOneOrderAndGivenBackInReverse() {
        List<String> order = new ArrayList<>();
        class Listener implements LockListener {
            @Override
            public void acquired(LockId lock, long waitNanos) {
                order.add("+" + lock);
            }

            @Override
            public void released(LockId lock, long heldNanos) {
                order.add("-" + lock);
            }
        }
        runner.withBean(Listener.class, Listener::new).run(context -> {
            Service service = context.getBean(Service.class);
            service.several("b", "a", () -> order.add("body"));
            assertThat(order)
                    .containsExactly(
                            "+a-name", "+b-name[a]", "+b-name[b]", "body", "-b-name[b]", "-b-name[a]", "-a-name");
            order.clear();
            service.several("c", "c", () -> order.add("body"));
            assertThat(order).containsExactly("+a-name", "+b-name[c]", "body", "-b-name[c]", "-a-name");
        });
    }

    @Test
    void whatIsToBeReadAndWrittenIsWritten() {
        with((service, registry) -> service.copy(
                1,
                1,
                () -> assertThat(
                                registry.obtainReadWrite("report", 1).snapshot().holds())
                        .singleElement()
                        .satisfies(hold -> assertThat(hold.exclusive()).isTrue())));
    }

    @Test
    void ifOneIsNotGotThoseBeforeItAreGivenBack() {
        with((service, registry) -> {
            Task holder = holder(registry.obtain("b-name", "b"));
            AtomicInteger ran = new AtomicInteger();
            assertThatExceptionOfType(WaitTooLongException.class)
                    .isThrownBy(() -> service.several("b", "a", ran::incrementAndGet));
            assertThat(ran).hasValue(0);
            assertThat(registry.obtain("a-name").isIdle()).isTrue();
            assertThat(registry.obtain("b-name", "a").isIdle()).isTrue();
            holder.end();
        });
    }

    @Test
    void ifOneIsSkippedThoseBeforeItAreGivenBack() {
        with((service, registry) -> {
            Task holder = holder(registry.obtain("z-skip"));
            AtomicInteger ran = new AtomicInteger();
            service.severalSkipping(ran::incrementAndGet);
            assertThat(ran).hasValue(0);
            assertThat(registry.obtain("a-name").isIdle()).isTrue();
            holder.end();
        });
    }

    /** Whatever the order in which it names them: so two calls never wait for each other. */
    @Test
    void whoWaitsForTheFirstHasNotTakenTheSecond() {
        with((service, registry) -> {
            CountDownLatch ran = new CountDownLatch(1);
            Call<?> call;
            try (Hold ignored = registry.obtain("b-name", "x").acquire()) {
                call = Call.start(() -> {
                    service.severalPatient("y", "x", ran::countDown);
                    return null;
                });
                call.awaitParked();
                assertThat(registry.obtain("b-name", "y").isIdle()).isTrue();
            }
            call.get();
            assertThat(ran.getCount()).isZero();
        });
    }

    @Test
    void theFallbackIsCalledOnTheProxyWithTheArgumentsAndTheFailure() {
        with((service, registry) -> {
            Task holder = holder(registry.obtain("fallback"));
            assertThat(service.withFallback("x")).isEqualTo("x WaitTooLongException under fallback-lock");
            assertThat(service.withPlainFallback("x")).isEqualTo("plain x");
            holder.end();
            assertThat(service.withFallback("x")).isEqualTo("body");
        });
    }

    @Test
    void aFallbackForBrokenLocksIsForThoseAlone() {
        with((service, registry) -> {
            Task holder = holder(registry.obtain("fallback"));
            assertThatExceptionOfType(WaitTooLongException.class).isThrownBy(() -> service.onlyBroken("x"));
            holder.end();
            holder(registry.obtain("poisoned")).end();
            assertThat(service.onlyBrokenOfPoisoned("x")).isEqualTo("broken x");
        });
    }

    @Test
    void whatTheBodyThrowsIsNoReasonForTheFallback() {
        with((service, registry) -> {
            Task holder = holder(registry.obtain("fail"));
            assertThatExceptionOfType(WaitTooLongException.class)
                    .isThrownBy(() -> service.bodyFails(() -> service.fail(() -> {})));
            holder.end();
        });
    }

    @Test
    void anAnnotationOnAClassStandsForItsMethodsAndTheirOwnInItsPlace() {
        runner.run(context -> {
            Annotated annotated = context.getBean(Annotated.class);
            LockRegistry registry = context.getBean(LockRegistry.class);
            assertThat(annotated.method()).isEqualTo("class-lock");
            assertThat(annotated.own()).isEqualTo("own-lock");
            assertThat(annotated.inherited()).isEqualTo("class-lock");
            assertThat(annotated.toString()).isEqualTo("none");
            Task holder = holder(registry.obtain("class-lock"));
            assertThat(annotated.method()).isEqualTo("fallback: none");
            holder.end();
        });
    }

    @Test
    void annotationsOfOnesOwnMayHaveSeveralAndPassAttributesOn() {
        with((service, registry) -> {
            service.meta(
                    3,
                    () -> assertThat(registry.snapshot())
                            .extracting(lock -> lock.lock().toString())
                            .contains("meta[3]", "meta-beside"));
            service.metaTwo(() -> assertThat(registry.snapshot())
                    .extracting(lock -> lock.lock().toString())
                    .contains("meta", "meta-two"));
            Task holder = holder(registry.obtain("meta", 3));
            assertThatExceptionOfType(WaitTooLongException.class)
                    .isThrownBy(() -> service.meta(3, () -> {}))
                    .satisfies(e -> assertThat(e.waited()).isEqualTo(Duration.ofMillis(1)));
            holder.end();
        });
    }

    @Test
    void theCurrentHoldIsThatOfTheInnermostMethod() {
        with((service, registry) -> {
            assertThatIllegalStateException()
                    .isThrownBy(CurrentHold::get)
                    .withMessageContaining("No method with @OwnedLock is running on");
            service.several("b", "a", () -> {
                Hold outer = CurrentHold.get();
                assertThat(outer.lock()).hasToString("b-name[b]");
                service.fail(() -> {
                    assertThat(CurrentHold.get().lock()).hasToString("fail");
                    assertThat(CurrentHold.get("fail").fencingToken()).isPositive();
                    assertThat(CurrentHold.get("b-name")).isSameAs(outer);
                });
                assertThat(CurrentHold.get()).isSameAs(outer);
                assertThat(CurrentHold.get("a-name").lock()).hasToString("a-name");
                assertThatIllegalStateException()
                        .isThrownBy(() -> CurrentHold.get("fail"))
                        .withMessageContaining("@OwnedLock(\"fail\")");
            });
            assertThatIllegalStateException().isThrownBy(CurrentHold::get);
        });
    }

    @Test
    void aHoldMayBeClosedEarly() {
        with((service, registry) -> service.fail(() -> {
            CurrentHold.get().close();
            assertThat(registry.obtain("fail").isIdle()).isTrue();
        }));
    }

    @Test
    void aCallPastTheProxyIsFoundOut() {
        with((service, registry) -> {
            service.checked(registry);
            assertThatIllegalStateException()
                    .isThrownBy(() -> service.callsItself(registry))
                    .withMessageContaining("Lock checked is not held")
                    .withMessageContaining("past the proxy");
        });
    }

    static class Service {

        @OwnedLock(name = "fail", whenHeld = WhenHeld.FAIL)
        void fail(Runnable body) {
            body.run();
        }

        @OwnedLock(name = "skip", whenHeld = WhenHeld.SKIP)
        void skip(Runnable body) {
            body.run();
        }

        @OwnedLock(name = "skip", whenHeld = WhenHeld.SKIP)
        Optional<String> skipOptional() {
            return Optional.of("ran");
        }

        @OwnedLock(name = "poisoned", whenHeld = WhenHeld.SKIP, onOwnerEnd = OnOwnerEnd.POISON)
        void skipPoisoned() {}

        @OwnedLock(name = "report", key = "#id", mode = Mode.READ, waitAtMost = "0s")
        void read(int id, Runnable body) {
            body.run();
        }

        @OwnedLock(name = "report", key = "#id", mode = Mode.WRITE, waitAtMost = "0s")
        void write(int id, Runnable body) {
            body.run();
        }

        @OwnedLock(name = "report", key = "#from", mode = Mode.READ)
        @OwnedLock(name = "report", key = "#to", mode = Mode.WRITE)
        void copy(int from, int to, Runnable body) {
            body.run();
        }

        @OwnedLock(name = "b-name", key = "#first", waitAtMost = "0s")
        @OwnedLock(name = "b-name", key = "#second", waitAtMost = "0s")
        @OwnedLock("a-name")
        void several(String first, String second, Runnable body) {
            body.run();
        }

        @OwnedLock(name = "b-name", key = "#first")
        @OwnedLock(name = "b-name", key = "#second")
        void severalPatient(String first, String second, Runnable body) {
            body.run();
        }

        @OwnedLock(name = "z-skip", whenHeld = WhenHeld.SKIP)
        @OwnedLock("a-name")
        void severalSkipping(Runnable body) {
            body.run();
        }

        @OwnedLock(name = "fallback", whenHeld = WhenHeld.FAIL, fallback = "instead")
        String withFallback(String argument) {
            return "body";
        }

        @OwnedLock("fallback-lock")
        String instead(String argument, LockNotAcquiredException failure) {
            return argument + " " + failure.getClass().getSimpleName() + " under "
                    + CurrentHold.get().lock();
        }

        String instead(String argument) {
            throw new AssertionError("the one with the exception is preferred");
        }

        @OwnedLock(name = "fallback", whenHeld = WhenHeld.FAIL, fallback = "plain")
        String withPlainFallback(String argument) {
            return "body";
        }

        String plain(String argument) {
            return "plain " + argument;
        }

        @OwnedLock(name = "fallback", whenHeld = WhenHeld.FAIL, fallback = "broken")
        String onlyBroken(String argument) {
            return "body";
        }

        @OwnedLock(name = "poisoned", fallback = "broken")
        String onlyBrokenOfPoisoned(String argument) {
            return "body";
        }

        String broken(String argument, BrokenLockException failure) {
            return "broken " + argument;
        }

        @OwnedLock(name = "fallback", fallback = "never")
        void bodyFails(Runnable body) {
            body.run();
        }

        void never(Runnable body) {
            throw new AssertionError("called");
        }

        @One("#id")
        @OwnedLock("meta-beside")
        void meta(int id, Runnable body) {
            body.run();
        }

        @Two
        void metaTwo(Runnable body) {
            body.run();
        }

        @OwnedLock("checked")
        void checked(LockRegistry registry) {
            registry.assertHeld("checked");
        }

        void callsItself(LockRegistry registry) {
            checked(registry);
        }

        @OwnedLock(name = "said", fair = true, holdAtMost = "2s", onOwnerEnd = OnOwnerEnd.POISON)
        void said() {}

        @OwnedLock("quiet")
        void quiet() {}
    }

    @OwnedLock(name = "meta", waitAtMost = "1ms")
    @OwnedLock("meta-two")
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Two {}

    @OwnedLock(name = "meta", waitAtMost = "1ms")
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface One {

        @AliasFor(annotation = OwnedLock.class, attribute = "key")
        String value();
    }

    static class Base {

        String inherited() {
            return held();
        }

        static String held() {
            try {
                return CurrentHold.get().lock().name();
            } catch (IllegalStateException e) {
                return "none";
            }
        }
    }

    @OwnedLock(name = "class-lock", whenHeld = WhenHeld.FAIL, fallback = "methodFallback")
    static class Annotated extends Base {

        String method() {
            return held();
        }

        String methodFallback() {
            return "fallback: " + held();
        }

        @OwnedLock("own-lock")
        String own() {
            return held();
        }

        @Override
        public String toString() {
            return held();
        }
    }
}
