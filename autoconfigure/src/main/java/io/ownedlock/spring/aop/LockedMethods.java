package io.ownedlock.spring.aop;

import io.ownedlock.spring.OwnedLock;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;

/**
 * Knows which methods are annotated, and what they ask for. Reads all of a class before its first bean is made, so that a mistake
 * in an annotation is found at start-up and not by the first customer.
 */
final class LockedMethods extends StaticMethodMatcherPointcut {

    private final Map<Class<?>, Map<Method, LockedMethod>> types = new ConcurrentHashMap<>();

    /** The same for the call: a method of an interface is known by itself. */
    private final Map<MethodClassKey, LockedMethod> known = new ConcurrentHashMap<>();

    private final AnnotationReader reader;

    LockedMethods(AnnotationReader reader) {
        this.reader = reader;
        setClassFilter(type -> AnnotationUtils.isCandidateClass(type, OwnedLock.class));
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return of(method, targetClass) != null;
    }

    /** What the method asks for; {@code null} if it is not annotated. */
    @Nullable LockedMethod of(Method method, Class<?> targetClass) {
        MethodClassKey id = new MethodClassKey(method, targetClass);
        LockedMethod locked = known.get(id);
        if (locked == null) {
            locked = ofType(targetClass).get(specific(method, targetClass));
            if (locked != null) {
                known.put(id, locked);
            }
        }
        return locked;
    }

    /** Where the target is a JDK proxy itself, its methods are no more than a way to the interface's. */
    private static Method specific(Method method, Class<?> targetClass) {
        return Proxy.isProxyClass(targetClass) ? method : AopUtils.getMostSpecificMethod(method, targetClass);
    }

    /**
     * The annotated methods of a class.
     *
     * @throws InvalidOwnedLockException if anything is wrong with any of them
     */
    Map<Method, LockedMethod> ofType(Class<?> targetClass) {
        Class<?> type = ClassUtils.getUserClass(targetClass);
        Map<Method, LockedMethod> methods = types.get(type);
        if (methods == null) {
            methods = reader.read(type);
            types.put(type, methods);
        }
        return methods;
    }

    /** The fallbacks of a class that a proxy does not have. */
    List<Mistake> mistakes(Class<?> targetClass, Class<?> proxy) {
        List<Mistake> mistakes = new ArrayList<>();
        ofType(targetClass).forEach((method, locked) -> {
            Fallback fallback = locked.fallback();
            if (fallback != null && !fallback.isOn(proxy)) {
                mistakes.add(new Mistake(
                        AnnotationReader.describe(targetClass, method),
                        "its fallback '" + fallback.name() + "' is in no interface, and the proxy has nothing else",
                        "Add it to an interface of the class, or leave spring.aop.proxy-target-class at true."));
            }
        });
        return mistakes;
    }
}
