package io.ownedlock.spring.aop;

import static java.util.Objects.requireNonNull;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.OwnedLock.Release;
import io.ownedlock.spring.aop.LockedMethod.Wanted;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.WaitOutcome;
import io.ownedlock.task.Task;
import java.util.List;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** Locks around a call. */
final class LockInterceptor implements MethodInterceptor {

    private final LockedMethods methods;
    private final Supplier<LockRegistry> registry;
    private final Supplier<CallObserver> observer;
    private final Transactions transactions = Transactions.find();
    private final OutlivedLocks outlived = new OutlivedLocks();

    LockInterceptor(LockedMethods methods, Supplier<LockRegistry> registry, Supplier<CallObserver> observer) {
        this.methods = methods;
        this.registry = registry;
        this.observer = observer;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = requireNonNull(invocation.getThis(), "target");
        // As the pointcut was asked: the target may be a proxy, with something else behind it.
        LockedMethod method =
                requireNonNull(methods.of(invocation.getMethod(), target.getClass()), "not an annotated method");
        return observer.get().observe(new Call(method, invocation));
    }

    /** What to do under the locks of a call. */
    private interface Body {
        @Nullable Object run(Holds holds) throws Throwable;
    }

    private final class Call implements CallObserver.Call {

        private final LockedMethod method;
        private final MethodInvocation invocation;
        private @Nullable WaitOutcome outcome;

        Call(LockedMethod method, MethodInvocation invocation) {
            this.method = method;
            this.invocation = invocation;
        }

        @Override
        public String method() {
            return method.label();
        }

        @Override
        public List<String> locks() {
            return method.names();
        }

        @Override
        public @Nullable WaitOutcome outcome() {
            return outcome;
        }

        @Override
        public @Nullable Object proceed() throws Throwable {
            if (method.release() == Release.AFTER_COMPLETION && transactions.isActive()) {
                // A task of the call's own would be over before the transaction.
                return locked(holds -> {
                    closeAfterCompletion(holds);
                    return Task.<@Nullable Object, Throwable>runInAnyTask(
                            method.label(), () -> holds.proceed(invocation));
                });
            }
            if (method.mayReturnStage()) {
                StagedCall call = new StagedCall();
                return call.run(method.label(), () -> locked(holds -> call.proceed(holds, invocation)));
            }
            return Task.<@Nullable Object, Throwable>runInAnyTask(
                    method.label(),
                    () -> locked(holds -> {
                        try (holds) {
                            return holds.proceed(invocation);
                        }
                    }));
        }

        private @Nullable Object locked(Body body) throws Throwable {
            Holds holds;
            try {
                List<Wanted> wanted = method.wanted(registry.get(), invocation.getArguments());
                if (method.release() == Release.RETURN && transactions.isActive()) {
                    outlived.warn(method.label(), wanted);
                }
                holds = Holds.acquire(wanted);
            } catch (LockNotAcquiredException e) {
                outcome = WaitOutcome.of(e);
                Fallback fallback = method.fallback();
                if (fallback == null || !fallback.handles(e)) {
                    throw e;
                }
                return fallback.call(invocation, e);
            }
            if (holds == null) {
                return method.skipped();
            }
            outcome = WaitOutcome.GRANTED;
            return body.run(holds);
        }
    }

    private void closeAfterCompletion(Holds holds) {
        boolean registered = false;
        try {
            transactions.afterCompletion(holds::close);
            registered = true;
        } finally {
            if (!registered) {
                holds.close();
            }
        }
    }
}
