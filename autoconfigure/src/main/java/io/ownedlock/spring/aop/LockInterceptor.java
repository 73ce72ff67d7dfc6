package io.ownedlock.spring.aop;

import static java.util.Objects.requireNonNull;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;

/** Locks around a call. */
final class LockInterceptor implements MethodInterceptor {

    private final LockOperations operations;
    private final Supplier<LockRegistry> registry;

    LockInterceptor(LockOperations operations, Supplier<LockRegistry> registry) {
        this.operations = operations;
        this.registry = registry;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = requireNonNull(invocation.getThis(), "target");
        LockOperation operation = requireNonNull(
                operations.of(invocation.getMethod(), AopUtils.getTargetClass(target)), "not an annotated method");
        TaskLock lock = operation.obtain(registry.get(), invocation.getArguments());
        // The thread's own task ends with the thread, which in a pool is never: what leaks inside must end with the
        // call.
        return Task.current().kind() == TaskKind.THREAD
                ? Task.<@Nullable Object, Throwable>runInTask(
                        operation.method(), () -> proceed(invocation, operation, lock))
                : proceed(invocation, operation, lock);
    }

    private static @Nullable Object proceed(MethodInvocation invocation, LockOperation operation, TaskLock lock)
            throws Throwable {
        try (Hold ignored = operation.acquire(lock)) {
            return invocation.proceed();
        }
    }
}
