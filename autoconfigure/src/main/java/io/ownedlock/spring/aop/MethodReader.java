package io.ownedlock.spring.aop;

import io.ownedlock.spring.OwnedLock;
import io.ownedlock.spring.OwnedLock.Release;
import io.ownedlock.spring.OwnedLock.WhenHeld;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** Reads the annotations of one method, and notes what is wrong with them. */
final class MethodReader {

    private static final Set<String> PUBLISHERS =
            Set.of("org.reactivestreams.Publisher", "java.util.concurrent.Flow$Publisher");

    private final Class<?> type;
    private final Method method;
    private final List<Mistake> mistakes;
    private final OperationReader operations;
    private final Class<?> result;

    MethodReader(Class<?> type, Method method, List<Mistake> mistakes, OperationReader operations) {
        // A class of the JDK's, which is a bean's own class for some frameworks, says nothing to anybody.
        this.type = Proxy.isProxyClass(type) ? method.getDeclaringClass() : type;
        this.method = method;
        this.mistakes = mistakes;
        this.operations = operations;
        this.result = ResolvableType.forMethodReturnType(method, type).resolve(method.getReturnType());
    }

    LockedMethod read(List<OwnedLock> annotations) {
        String where = AnnotationReader.describe(type, method);
        String label = type.getSimpleName() + "." + method.getName();
        requireInterceptable(where);
        requireKnownResult(where);
        Release release = release(where, annotations);
        List<LockOperation> read = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (OwnedLock annotation : annotations) {
            LockOperation operation =
                    operations.read(annotation, method, where, label, (what, mend) -> wrong(where, what, mend));
            requireSkippable(where, annotation);
            if (operation != null) {
                if (!seen.add(operation.name() + " " + operation.key())) {
                    wrong(
                            where,
                            "it names '" + operation.name() + "' twice with the same key",
                            "Remove one of the two.");
                }
                read.add(operation);
            }
        }
        return new LockedMethod(
                label,
                List.copyOf(read),
                release,
                CompletionStage.class.isAssignableFrom(result) || result.isAssignableFrom(CompletableFuture.class),
                result == Optional.class ? Optional.empty() : null,
                fallback(where, annotations));
    }

    private void wrong(String where, String what, String mend) {
        mistakes.add(new Mistake(where, what, mend));
    }

    private void requireInterceptable(String where) {
        if ((method.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC | Modifier.FINAL)) != 0) {
            wrong(
                    where,
                    "a private, static or final method cannot be intercepted, and would run without the lock",
                    "Make it a method that can be overridden and call it from another bean, or call executeLocked of the"
                            + " LockRegistry in it.");
        }
    }

    private void requireKnownResult(String where) {
        if (isReactive()) {
            wrong(
                    where,
                    "it returns " + result.getSimpleName()
                            + ", and reactive types are not supported: the lock would be given"
                            + " back before the work has begun",
                    "Return a CompletionStage or a plain value, or acquire the lock by hand where the work is subscribed to.");
        } else if (Future.class.isAssignableFrom(result) && !CompletionStage.class.isAssignableFrom(result)) {
            wrong(
                    where,
                    "it returns a " + result.getSimpleName() + ", which does not tell when it is done",
                    "Return a CompletableFuture, or any other CompletionStage.");
        }
    }

    private boolean isReactive() {
        if (CompletionStage.class.isAssignableFrom(result)) {
            return false;
        }
        return ReactiveAdapterRegistry.getSharedInstance().getAdapter(result) != null
                || PUBLISHERS.contains(result.getName())
                || ClassUtils.getAllInterfacesForClassAsSet(result).stream()
                        .anyMatch(face -> PUBLISHERS.contains(face.getName()))
                || KotlinDetector.isSuspendingFunction(method);
    }

    private void requireSkippable(String where, OwnedLock annotation) {
        if (annotation.whenHeld() == WhenHeld.SKIP && result != void.class && result != Optional.class) {
            wrong(
                    where,
                    "whenHeld = SKIP has nothing to return where " + result.getSimpleName() + " is wanted",
                    "Return void or Optional, or use FAIL and a fallback.");
        }
    }

    private Release release(String where, List<OwnedLock> annotations) {
        Release release = annotations.get(0).release();
        if (annotations.stream().anyMatch(annotation -> annotation.release() != release)) {
            wrong(where, "its annotations disagree about release", "Say the same in each of them.");
        }
        if (release == Release.AFTER_COMPLETION) {
            if (!Transactions.areAvailable()) {
                wrong(
                        where,
                        "release = AFTER_COMPLETION needs transactions, and spring-tx is not on the class path",
                        "Add org.springframework:spring-tx, or remove it.");
            }
            if (CompletionStage.class.isAssignableFrom(result)) {
                wrong(
                        where,
                        "release = AFTER_COMPLETION does not wait for a stage that is returned",
                        "Return a plain value, or use RETURN: the lock is then held until the stage is complete.");
            }
        }
        return release;
    }

    private @Nullable Fallback fallback(String where, List<OwnedLock> annotations) {
        List<String> names = annotations.stream()
                .map(OwnedLock::fallback)
                .filter(name -> !name.isBlank())
                .distinct()
                .toList();
        if (names.isEmpty()) {
            return null;
        }
        if (names.size() > 1) {
            wrong(
                    where,
                    "its annotations name several fallbacks, " + names,
                    "Name one, in as many of them as you like.");
        }
        try {
            return Fallback.find(names.get(0), method, type);
        } catch (IllegalArgumentException e) {
            wrong(
                    where,
                    "its fallback does not fit: " + e.getMessage(),
                    "Write a method '" + names.get(0) + "' with the parameters of " + method.getName()
                            + ", and if wanted a LockNotAcquiredException at the end, that returns "
                            + result.getSimpleName() + " and is not private, static or final.");
            return null;
        }
    }
}
