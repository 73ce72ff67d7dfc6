package io.ownedlock.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which frame of a stack is the one that people want to see. */
class AcquireSiteTest {

    private static String first(String... frames) {
        return AcquireSite.first(Stream.of(frames), Function.identity());
    }

    @Test
    void theFirstThatIsNeitherTheLibrarysNorTheJdks() {
        assertThat(first("io.ownedlock.sync.TaskLock", "java.util.concurrent.FutureTask", "shop.Orders", "shop.Main"))
                .isEqualTo("shop.Orders");
    }

    @Test
    void ofAnAnnotatedMethodItsCaller() {
        assertThat(first(
                        "io.ownedlock.sync.TaskLock",
                        "io.ownedlock.spring.aop.LockInterceptor",
                        "org.springframework.aop.framework.ReflectiveMethodInvocation",
                        "org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor",
                        "org.springframework.aop.framework.CglibAopProxy$DynamicAdvisedInterceptor",
                        "shop.Orders$$SpringCGLIB$$0",
                        "shop.Desk"))
                .isEqualTo("shop.Desk");
    }

    @Test
    void throughAProxyOfTheJdkToo() {
        assertThat(first(
                        "io.ownedlock.spring.aop.LockInterceptor",
                        "org.springframework.aop.framework.JdkDynamicAopProxy",
                        "jdk.proxy2.$Proxy57",
                        "java.lang.reflect.Method",
                        "shop.Desk"))
                .isEqualTo("shop.Desk");
    }

    @Test
    void theProxyIfAFrameworkCallsTheMethod() {
        assertThat(first(
                        "io.ownedlock.spring.aop.LockInterceptor",
                        "org.springframework.aop.framework.CglibAopProxy",
                        "shop.OrderController$$SpringCGLIB$$0",
                        "java.lang.reflect.Method",
                        "org.springframework.web.method.support.InvocableHandlerMethod",
                        "jakarta.servlet.http.HttpServlet"))
                .isEqualTo("shop.OrderController$$SpringCGLIB$$0");
        assertThat(first("shop.Job$$SpringCGLIB$$0", "java.util.concurrent.FutureTask", "java.lang.Thread"))
                .as("called by an executor")
                .isEqualTo("shop.Job$$SpringCGLIB$$0");
    }

    @Test
    void noneIfThereIsNoUsersCode() {
        assertThat(first("io.ownedlock.sync.TaskLock", "java.util.concurrent.FutureTask", "java.lang.Thread"))
                .isNull();
    }

    /** A new room of the library must not look like a user's code. */
    @Test
    void allRoomsOfTheLibraryArePassedOver() throws Exception {
        Path classes = Path.of(TaskLock.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> rooms = Files.list(classes.resolve("io/ownedlock"))) {
            assertThat(rooms.filter(Files::isDirectory).map(room -> "io.ownedlock." + room.getFileName() + ".Any"))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(first(name)).as(name).isNull());
        }
    }
}
