package io.ownedlock.spring.aop;

import io.ownedlock.spring.OwnedLock;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotationPredicates;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.annotation.RepeatableContainers;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Finds the annotations of a class, and all that is wrong with them. */
final class AnnotationReader {

    private final OperationReader operations;

    AnnotationReader(OperationReader operations) {
        this.operations = operations;
    }

    /**
     * The annotated methods of a class.
     *
     * @throws InvalidOwnedLockException if anything is wrong with any of them
     */
    Map<Method, LockedMethod> read(Class<?> type) {
        List<OwnedLock> ofType = annotations(MergedAnnotations.from(
                type, SearchStrategy.TYPE_HIERARCHY, RepeatableContainers.standardRepeatables()));
        Map<Method, List<OwnedLock>> annotated =
                MethodIntrospector.selectMethods(type, (Method method) -> annotations(method, ofType));
        List<Mistake> mistakes = new ArrayList<>();
        if (!annotated.isEmpty()) {
            requireProxyable(type, mistakes);
        }
        Map<Method, LockedMethod> methods = annotated.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey,
                        entry -> new MethodReader(type, entry.getKey(), mistakes, operations).read(entry.getValue())));
        if (!mistakes.isEmpty()) {
            throw new InvalidOwnedLockException(mistakes);
        }
        return methods;
    }

    private static @Nullable List<OwnedLock> annotations(Method method, List<OwnedLock> ofType) {
        List<OwnedLock> own = annotations(MergedAnnotations.from(
                method, SearchStrategy.TYPE_HIERARCHY, RepeatableContainers.standardRepeatables()));
        List<OwnedLock> all = own.isEmpty() && isCovered(method, ofType) ? ofType : own;
        return all.isEmpty() ? null : all;
    }

    /** Those of the closest place where there are any: an override's in place of those of what it overrides. */
    private static List<OwnedLock> annotations(MergedAnnotations merged) {
        return merged.stream(OwnedLock.class)
                .filter(MergedAnnotationPredicates.firstRunOf(MergedAnnotation::getAggregateIndex))
                .map(MergedAnnotation::synthesize)
                .toList();
    }

    /** Whether an annotation of the class stands for the method. */
    private static boolean isCovered(Method method, List<OwnedLock> ofType) {
        return (method.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC)) == 0
                && !ReflectionUtils.isObjectMethod(method)
                && ofType.stream().noneMatch(annotation -> annotation.fallback().equals(method.getName()));
    }

    private static void requireProxyable(Class<?> type, List<Mistake> mistakes) {
        if (Modifier.isFinal(type.getModifiers()) && ClassUtils.getAllInterfacesForClass(type).length == 0) {
            mistakes.add(new Mistake(
                    type.getName(),
                    "a final class cannot be proxied, and would run without the lock",
                    "Make it no longer final, or let it implement an interface, call it through that, and set"
                            + " spring.aop.proxy-target-class=false."));
        }
    }

    /** A method for people: they look for it in the code. */
    static String describe(Class<?> type, Method method) {
        return type.getName() + "." + method.getName()
                + Stream.of(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
