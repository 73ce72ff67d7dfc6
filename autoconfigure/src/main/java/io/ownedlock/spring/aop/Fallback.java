package io.ownedlock.spring.aop;

import io.ownedlock.sync.LockNotAcquiredException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** The method that is called if the lock is not got. */
final class Fallback {

    private final Method method;

    /** What it takes at the end besides the arguments; {@code null} if it does not. */
    private final @Nullable Class<?> failureType;

    private Fallback(Method method, @Nullable Class<?> failureType) {
        this.method = method;
        this.failureType = failureType;
    }

    /**
     * Finds it; one that wants the exception is preferred.
     *
     * @throws IllegalArgumentException if there is none that fits
     */
    static Fallback find(String name, Method locked, Class<?> type) {
        Fallback found = null;
        for (Method candidate : ReflectionUtils.getUniqueDeclaredMethods(type)) {
            if (candidate.getName().equals(name) && !candidate.equals(locked)) {
                Class<?>[] given = candidate.getParameterTypes();
                Class<?>[] wanted = locked.getParameterTypes();
                if (Arrays.equals(given, wanted)) {
                    found = found == null ? new Fallback(candidate, null) : found;
                } else if (given.length == wanted.length + 1
                        && Arrays.equals(wanted, Arrays.copyOf(given, wanted.length))
                        && mayBeFailure(given[wanted.length])) {
                    found = new Fallback(candidate, given[wanted.length]);
                }
            }
        }
        if (found == null) {
            throw new IllegalArgumentException("there is no method '" + name + "' with the same parameters");
        }
        found.requireFit(locked);
        return found;
    }

    private static boolean mayBeFailure(Class<?> type) {
        return Throwable.class.isAssignableFrom(type)
                && (type.isAssignableFrom(LockNotAcquiredException.class)
                        || LockNotAcquiredException.class.isAssignableFrom(type));
    }

    private void requireFit(Method locked) {
        if ((method.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC | Modifier.FINAL)) != 0) {
            throw new IllegalArgumentException(
                    "'" + method.getName() + "' is private, static or final, and cannot be called on a proxy");
        }
        Class<?> result = locked.getReturnType();
        if (result != void.class && !ClassUtils.isAssignable(result, method.getReturnType())) {
            throw new IllegalArgumentException("'" + method.getName() + "' returns "
                    + method.getReturnType().getSimpleName() + ", and not " + result.getSimpleName());
        }
    }

    /** Whether a bean of this class has it: a proxy by interface has the methods of its interfaces only. */
    boolean isOn(Class<?> bean) {
        try {
            AopUtils.selectInvocableMethod(method, bean);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    String name() {
        return method.getName();
    }

    boolean handles(LockNotAcquiredException failure) {
        return failureType == null || failureType.isInstance(failure);
    }

    /** Calls it with the arguments of the call that failed. */
    @Nullable Object call(MethodInvocation invocation, LockNotAcquiredException failure) throws Throwable {
        Object proxy = invocation instanceof ProxyMethodInvocation proxied ? proxied.getProxy() : invocation.getThis();
        @Nullable Object[] arguments = invocation.getArguments();
        if (failureType != null) {
            arguments = Arrays.copyOf(arguments, arguments.length + 1);
            arguments[arguments.length - 1] = failure;
        }
        Method callable = proxy == null ? method : AopUtils.selectInvocableMethod(method, proxy.getClass());
        return AopUtils.invokeJoinpointUsingReflection(proxy, callable, arguments);
    }
}
