package io.ownedlock.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.OwnedLock.Mode;
import io.ownedlock.spring.OwnedLock.Release;
import io.ownedlock.spring.OwnedLock.WhenHeld;
import io.ownedlock.spring.autoconfigure.OwnedLockAutoConfiguration;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.OnOwnerEnd;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What is wrong with an annotation is found at start-up, all of a class at once, and told with place and remedy. */
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("unused")
class MistakesTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, OwnedLockAutoConfiguration.class));

    private static InvalidOwnedLockException mistake(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidOwnedLockException found) {
                return found;
            }
        }
        throw new AssertionError("Another failure, or none", failure);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "noName          | it needs a name",
                "blankKey        | it is blank",
                "badKey          | its key \"#p0 +\" does not work",
                "misspelt        | there is no argument #orderid. It can use #p0, #a0, #orderId",
                "reserved        | there is no argument #root. It can use #p0, #a0",
                "beyond          | there is no argument #p1",
                "noHash          | an argument is #orderId",
                "nestedNoHash    | an argument is #orderId",
                "type            | 'T(java.lang.System)' does more than read",
                "constructor     | does more than read",
                "beanReference   | does more than read",
                "methodCall      | 'trim()' does more than read",
                "assignment      | does more than read",
                "function        | does more than read",
                "badWait         | waitAtMost is no duration, but \"soon\"",
                "negativeWait    | waitAtMost must not be negative, but is -1s",
                "badHold         | holdAtMost is no duration",
                "noPlaceholder   | name cannot be resolved",
                "twoFair         | several values of fair",
                "twoPolicies     | several values of onOwnerEnd",
                "finalMethod     | cannot be intercepted",
                "privateMethod   | cannot be intercepted",
                "staticMethod    | cannot be intercepted",
                "publisher       | reactive types are not supported",
                "plainFuture     | does not tell when it is done",
                "skipsValue      | SKIP has nothing to return where int is wanted",
                "skipWaits       | whenHeld = SKIP does not wait",
                "failWaits       | whenHeld = FAIL does not wait",
                "stageAfter      | does not wait for a stage",
                "mixedRelease    | disagree about release",
                "twoFallbacks    | several fallbacks",
                "noFallback      | there is no method 'missing'",
                "otherArguments  | there is no method 'takesLong'",
                "wrongResult     | 'takesString' returns void, and not int",
                "privateFallback | 'hidden' is private, static or final",
                "otherFailure    | there is no method 'takesAnything'",
                "disagreesWithItself | for 'a' it says fair true and false",
                "twice           | it names 'twice' twice with the same key"
            })
    void eachIsInTheOneReportOfItsClass(String method, String what) {
        runner.withBean(Mistaken.class).run(context -> {
            InvalidOwnedLockException found = mistake(context.getStartupFailure());
            assertThat(found.mistakes())
                    .filteredOn(mistake -> mistake.where().startsWith(Mistaken.class.getName() + "." + method + "("))
                    .anySatisfy(mistake -> {
                        assertThat(mistake.what()).contains(what);
                        assertThat(mistake.mend()).isNotBlank();
                    });
        });
    }

    @Test
    void whatIsRightIsInNoReport() {
        runner.withBean(Mistaken.class)
                .run(context -> assertThat(mistake(context.getStartupFailure()).mistakes())
                        .noneMatch(mistake -> mistake.where().contains(".right")));
    }

    @Test
    void aFinalClassIsToldOf() {
        runner.withBean(FinalClass.class)
                .run(context -> assertThat(mistake(context.getStartupFailure()))
                        .hasMessageContaining(FinalClass.class.getName())
                        .hasMessageContaining("a final class cannot be proxied")
                        .extracting(InvalidOwnedLockException::mend)
                        .asString()
                        .contains("spring.aop.proxy-target-class=false"));
    }

    @Test
    void aFallbackThatIsNotOnTheProxyIsToldOf() {
        runner.withBean(Shop.class, ShopImplementation::new)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> assertThat(mistake(context.getStartupFailure()))
                        .hasMessageContaining(ShopImplementation.class.getName() + ".sell(int)")
                        .hasMessageContaining("its fallback 'busy' is in no interface")
                        .extracting(InvalidOwnedLockException::mend)
                        .asString()
                        .contains("spring.aop.proxy-target-class"));
        runner.withBean(Shop.class, ShopImplementation::new)
                .run(context -> assertThat(context).hasNotFailed());
    }

    interface Shop {

        void sell(int seat);
    }

    static class ShopImplementation implements Shop {

        @Override
        @OwnedLock(name = "seat", key = "#seat", fallback = "busy")
        public void sell(int seat) {}

        void busy(int seat) {}
    }

    @Test
    void aMistakeInABeanThatIsNotMadeAtStartUpIsFoundAllTheSame() {
        runner.withBean(NoName.class, NoName::new, definition -> definition.setLazyInit(true))
                .run(context -> assertThat(mistake(context.getStartupFailure())).hasMessageContaining("NoName.method"));
        runner.withBean(NoName.class, NoName::new, definition -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE))
                .run(context -> assertThat(mistake(context.getStartupFailure())).hasMessageContaining("NoName.method"));
    }

    @ParameterizedTest
    @ValueSource(classes = {Unfair.class, Longer.class, Poisoning.class, Reading.class})
    void annotationsOfTwoBeansMustAgreeAboutTheirName(Class<?> other) {
        runner.withBean(Fair.class)
                .withBean(other)
                .run(context -> assertThat(mistake(context.getStartupFailure()))
                        .hasMessageContaining(other.getName() + ".method()")
                        .hasMessageContaining("but " + Fair.class.getName() + ".method() says"));
    }

    @Test
    void annotationsOfTwoBeansMaySayTheSameOrNothing() {
        runner.withBean(Fair.class)
                .withBean(FairToo.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void whatComesTooLateForLocksThatAreThereAlreadyIsToldOf() {
        runner.withBean(Fair.class)
                .withBean(Early.class)
                .run(context -> assertThat(mistake(context.getStartupFailure()))
                        .hasMessageContaining("Fair.method()")
                        .hasMessageContaining("comes too late"));
    }

    @Test
    void inStrictModeANameMustBeConfigured() {
        runner.withBean(Fair.class)
                .withPropertyValues("owned-lock.aspect.strict=true", "owned-lock.locks.other.fair=true")
                .run(context -> assertThat(mistake(context.getStartupFailure()))
                        .hasMessageContaining("there is no owned-lock.locks.same"));
        runner.withBean(Fair.class)
                .withPropertyValues("owned-lock.aspect.strict=true", "owned-lock.locks.same.wait-at-most=1s")
                .run(context -> assertThat(context).hasNotFailed());
        runner.withBean(Fair.class).run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void whoStartsTheApplicationReadsWhereItIsAndHowToMendIt(CapturedOutput output) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setDefaultProperties(Map.of());
        assertThatException().isThrownBy(application::run);
        assertThat(output.getAll()).contains("APPLICATION FAILED TO START");
        assertThat(output.getAll().substring(output.getAll().indexOf("Description:")))
                .contains("@OwnedLock on " + NoName.class.getName() + ".method(): it needs a name.")
                .contains("Action:\n\nSay what kind of lock it is");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(OwnedLockAutoConfiguration.class)
    @Import(NoName.class)
    static class Application {}

    static class NoName {
        @OwnedLock
        void method() {}
    }

    static final class FinalClass {
        @OwnedLock("final")
        void method() {}
    }

    static class Fair {
        @OwnedLock(name = "same", fair = true, holdAtMost = "1s", onOwnerEnd = OnOwnerEnd.BREAK)
        void method() {}
    }

    static class FairToo {
        @OwnedLock(name = "same", fair = true, holdAtMost = "1000ms")
        void method() {}
    }

    static class Longer {
        @OwnedLock(name = "same", holdAtMost = "2s")
        void method() {}
    }

    static class Poisoning {
        @OwnedLock(name = "same", onOwnerEnd = OnOwnerEnd.POISON)
        void method() {}
    }

    static class Reading {
        @OwnedLock(name = "same", mode = Mode.READ)
        void method() {}
    }

    static class Unfair {
        @OwnedLock(name = "same", fair = false)
        void method() {}
    }

    static class Early {
        Early(LockRegistry locks) {
            locks.obtain("same");
        }
    }

    record Order(String id) {}

    static class Mistaken {

        @OwnedLock("right")
        void rightA() {}

        @OwnedLock(name = "right", key = "#orders.?[#this.id == id].![id][0] + #root0")
        void rightButForTheLast(Order[] orders, int root0) {}

        @OwnedLock(name = "right", fallback = "rightFallback", whenHeld = WhenHeld.FAIL)
        int rightB(int argument) {
            return 0;
        }

        int rightFallback(int argument, LockNotAcquiredException failure) {
            return 1;
        }

        @OwnedLock(key = "#p0")
        void noName(String orderId) {}

        @OwnedLock(name = "bad", key = " ")
        void blankKey(String orderId) {}

        @OwnedLock(name = "bad", key = "#p0 +")
        void badKey(String orderId) {}

        @OwnedLock(name = "bad", key = "#orderid")
        void misspelt(String orderId) {}

        @OwnedLock(name = "bad", key = "#root")
        void reserved(String root) {}

        @OwnedLock(name = "bad", key = "#p1")
        void beyond(String orderId) {}

        @OwnedLock(name = "bad", key = "orderId")
        void noHash(String orderId) {}

        @OwnedLock(name = "bad", key = "'x' + orderId.length")
        void nestedNoHash(String orderId) {}

        @OwnedLock(name = "bad", key = "T(java.lang.System).getProperty('user.name')")
        void type() {}

        @OwnedLock(name = "bad", key = "new String('x')")
        void constructor() {}

        @OwnedLock(name = "bad", key = "@environment")
        void beanReference() {}

        @OwnedLock(name = "bad", key = "#key.trim()")
        void methodCall(String key) {}

        @OwnedLock(name = "bad", key = "#key = 'y'")
        void assignment(String key) {}

        @OwnedLock(name = "bad", key = "#key('y')")
        void function(String key) {}

        @OwnedLock(name = "bad", waitAtMost = "soon")
        void badWait() {}

        @OwnedLock(name = "bad", waitAtMost = "-1s")
        void negativeWait() {}

        @OwnedLock(name = "bad", holdAtMost = "for ever")
        void badHold() {}

        @OwnedLock(name = "${no.such.property}")
        void noPlaceholder() {}

        @OwnedLock(
                name = "twoFair",
                fair = {true, true})
        void twoFair() {}

        @OwnedLock(
                name = "twoPolicies",
                onOwnerEnd = {OnOwnerEnd.BREAK, OnOwnerEnd.POISON})
        void twoPolicies() {}

        @OwnedLock(name = "bad")
        final void finalMethod() {}

        @OwnedLock(name = "bad")
        private void privateMethod() {}

        @OwnedLock(name = "bad")
        static void staticMethod() {}

        @OwnedLock("bad")
        Flow.Publisher<String> publisher() {
            throw new AssertionError();
        }

        @OwnedLock("bad")
        Future<String> plainFuture() {
            throw new AssertionError();
        }

        @OwnedLock(name = "bad", whenHeld = WhenHeld.SKIP)
        int skipsValue() {
            return 0;
        }

        @OwnedLock(name = "bad", whenHeld = WhenHeld.SKIP, waitAtMost = "1s")
        void skipWaits() {}

        @OwnedLock(name = "bad", whenHeld = WhenHeld.FAIL, waitAtMost = "1s")
        void failWaits() {}

        @OwnedLock(name = "bad", release = Release.AFTER_COMPLETION)
        CompletableFuture<String> stageAfter() {
            throw new AssertionError();
        }

        @OwnedLock(name = "bad", key = "1", release = Release.AFTER_COMPLETION)
        @OwnedLock(name = "bad", key = "2")
        void mixedRelease() {}

        @OwnedLock(name = "bad", key = "1", fallback = "rightFallback")
        @OwnedLock(name = "bad", key = "2", fallback = "missing")
        void twoFallbacks(int argument) {}

        @OwnedLock(name = "bad", fallback = "missing")
        void noFallback() {}

        @OwnedLock(name = "bad", fallback = "takesLong")
        void otherArguments(int argument) {}

        void takesLong(long argument) {}

        @OwnedLock(name = "bad", fallback = "takesString")
        int wrongResult(String argument) {
            return 0;
        }

        void takesString(String argument) {}

        @OwnedLock(name = "bad", fallback = "hidden")
        void privateFallback() {}

        private void hidden() {}

        @OwnedLock(name = "bad", fallback = "takesAnything")
        void otherFailure() {}

        void takesAnything(Object anything) {}

        @OwnedLock(name = "twice", key = "#p0")
        @OwnedLock(name = "twice", key = "#p0")
        void twice(String key) {}

        @OwnedLock(name = "a", key = "1", fair = true)
        @OwnedLock(name = "a", key = "2", fair = false)
        void disagreesWithItself() {}
    }
}
