package io.ownedlock.sync;

import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where in the user's code a lock is being acquired: the first frame that is neither of this library nor of the JDK, nor of what
 * Spring puts around a bean's method. For an annotated method that is its caller. If a framework calls the method itself, no
 * user's code is near, and the frame of the bean's proxy stands for the method.
 */
final class AcquireSite {

    private static final StackWalker WALKER = StackWalker.getInstance();

    /** By name: to keep the classes would keep their loaders. */
    private static final List<String> LIBRARY = List.of(
            "io.ownedlock.sync.",
            "io.ownedlock.registry.",
            "io.ownedlock.task.",
            "io.ownedlock.deadlock.",
            "io.ownedlock.park.",
            "io.ownedlock.watchdog.",
            "io.ownedlock.time.",
            "io.ownedlock.spring.");

    private static final List<String> JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

    private static final List<String> AROUND_A_BEAN =
            List.of("org.springframework.aop.", "org.springframework.cglib.", "org.aopalliance.");

    private static final String FRAMEWORK = "org.springframework.";

    private static final List<String> PROXIES = List.of("$$SpringCGLIB$$", "$Proxy");

    private AcquireSite() {}

    /** Walks the calling thread's stack; {@code null} if there is no user's code in it. */
    static @Nullable StackTraceElement current() {
        StackFrame frame = WALKER.walk(frames -> first(frames, StackFrame::getClassName));
        return frame == null ? null : frame.toStackTraceElement();
    }

    static <F> @Nullable F first(Stream<F> frames, Function<F, String> className) {
        F proxy = null;
        for (Iterator<F> walk = frames.iterator(); walk.hasNext(); ) {
            F frame = walk.next();
            String name = className.apply(frame);
            if (PROXIES.stream().anyMatch(name::contains)) {
                proxy = proxy == null ? frame : proxy;
            } else if (!isAnyOf(LIBRARY, name) && !isAnyOf(JDK, name) && !isAnyOf(AROUND_A_BEAN, name)) {
                if (!name.startsWith(FRAMEWORK)) {
                    return frame;
                }
                if (proxy != null) {
                    return proxy;
                }
            }
        }
        return proxy;
    }

    private static boolean isAnyOf(List<String> packages, String className) {
        return packages.stream().anyMatch(className::startsWith);
    }
}
