package io.ownedlock.spring.aop;

import io.ownedlock.spring.OwnedLock;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.expression.ParseException;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringValueResolver;

/**
 * Knows which methods are annotated, and what they ask for. Reads each when its bean is made, so that a mistake in an annotation
 * is found at start-up and not by the first customer.
 */
final class LockOperations extends StaticMethodMatcherPointcut {

    private final Map<MethodClassKey, LockOperation> known = new ConcurrentHashMap<>();
    private final StringValueResolver placeholders;

    LockOperations(StringValueResolver placeholders) {
        this.placeholders = placeholders;
        setClassFilter(type -> AnnotationUtils.isCandidateClass(type, OwnedLock.class));
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return of(method, targetClass) != null;
    }

    /** What the method asks for; {@code null} if it is not annotated. */
    @Nullable LockOperation of(Method method, Class<?> targetClass) {
        MethodClassKey id = new MethodClassKey(method, targetClass);
        LockOperation operation = known.get(id);
        if (operation == null) {
            operation = read(method, targetClass);
            if (operation != null) {
                known.put(id, operation);
            }
        }
        return operation;
    }

    private @Nullable LockOperation read(Method method, Class<?> targetClass) {
        // Where the target is a JDK proxy itself, its methods are no more than a way to the interface's.
        Method specific =
                Proxy.isProxyClass(targetClass) ? method : AopUtils.getMostSpecificMethod(method, targetClass);
        OwnedLock annotation = AnnotatedElementUtils.findMergedAnnotation(specific, OwnedLock.class);
        if (annotation == null) {
            return null;
        }
        String label = ClassUtils.getUserClass(targetClass).getSimpleName() + "." + specific.getName();
        try {
            return read(annotation, specific, label);
        } catch (IllegalArgumentException | ParseException e) {
            throw new IllegalStateException("@OwnedLock on " + label + ": " + e.getMessage(), e);
        }
    }

    private LockOperation read(OwnedLock annotation, Method method, String label) {
        if ((method.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC | Modifier.FINAL)) != 0) {
            throw new IllegalArgumentException(
                    "a private, static or final method cannot be intercepted," + " and would run without the lock");
        }
        String name = resolve(annotation.name());
        if (name.isBlank()) {
            throw new IllegalArgumentException("it needs a name");
        }
        String key = annotation.key();
        return new LockOperation(
                label, name, key.isBlank() ? null : KeyExpression.parse(key, method), waitAtMost(annotation));
    }

    private @Nullable Duration waitAtMost(OwnedLock annotation) {
        String text = resolve(annotation.waitAtMost());
        if (text.isBlank()) {
            return null;
        }
        Duration waitAtMost = DurationStyle.detectAndParse(text);
        if (waitAtMost.isNegative()) {
            throw new IllegalArgumentException("waitAtMost must not be negative, but is " + text);
        }
        return waitAtMost;
    }

    private String resolve(String text) {
        String resolved = placeholders.resolveStringValue(text);
        return resolved == null ? "" : resolved;
    }
}
