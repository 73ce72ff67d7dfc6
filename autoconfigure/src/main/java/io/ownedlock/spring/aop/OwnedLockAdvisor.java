package io.ownedlock.spring.aop;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.OwnedLock;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.core.Ordered;
import org.springframework.util.StringValueResolver;
import org.springframework.util.function.SingletonSupplier;

/**
 * Makes {@link OwnedLock} work. A plain advisor, and no aspect: it needs no AspectJ, and takes its place in the chain of the
 * other advisors, where its order counts.
 */
public final class OwnedLockAdvisor extends AbstractPointcutAdvisor {

    /**
     * Where in the chain the lock is taken. Transactions and caching have the lowest precedence unless told otherwise: the lock
     * is outside them, so it is given back after the commit and never for a half-made entry. Method security has orders of a few
     * hundreds: the lock is inside, so nobody waits for what he must not do. {@code @Async} and {@code @Retryable} put themselves
     * in front of every advisor: the lock is inside, taken by the thread that does the work, anew for each attempt. The gap is for
     * advisors that must be between the lock and the transaction.
     */
    public static final int ORDER = Ordered.LOWEST_PRECEDENCE - 100;

    private final transient NameSettings settings = new NameSettings();
    private final transient SingletonSupplier<LockRegistry> registry;
    private final transient LockedMethods pointcut;
    private final transient LockInterceptor advice;

    /** Makes an advisor whose calls nobody observes. */
    public OwnedLockAdvisor(
            Supplier<LockRegistry> registry, StringValueResolver placeholders, Predicate<String> isKnown) {
        this(registry, () -> CallObserver.NONE, placeholders, isKnown);
    }

    /**
     * Makes the advisor, which asks for other beans no earlier than at the first call: advisors are made before most of them.
     *
     * @param registry where the locks are; asked once
     * @param observer who is around each call; asked once
     * @param placeholders resolves <code>${...}</code> in names and durations
     * @param isKnown whether a lock may have this name; a name that is not known is a mistake
     */
    public OwnedLockAdvisor(
            Supplier<LockRegistry> registry,
            Supplier<CallObserver> observer,
            StringValueResolver placeholders,
            Predicate<String> isKnown) {
        this.registry = SingletonSupplier.of(() -> bound(registry.get()));
        this.pointcut = new LockedMethods(new AnnotationReader(new OperationReader(placeholders, isKnown, settings)));
        this.advice = new LockInterceptor(pointcut, this.registry, SingletonSupplier.of(observer));
        setOrder(ORDER);
    }

    private LockRegistry bound(LockRegistry locks) {
        settings.bind(locks);
        return locks;
    }

    /** Reads the annotations of a class, as is done anyway before its first bean is made. */
    void read(Class<?> type) {
        if (pointcut.getClassFilter().matches(type)) {
            pointcut.ofType(type);
        }
    }

    /** What cannot be done on a proxy that was made for a class. */
    List<Mistake> mistakes(Class<?> type, Class<?> proxy) {
        return pointcut.getClassFilter().matches(type) ? pointcut.mistakes(type, proxy) : List.of();
    }

    /** Tells the registry what the annotations say of it, as the first call would. */
    void configureRegistry() {
        if (!settings.isEmpty()) {
            registry.obtain();
        }
    }

    @Override
    public Pointcut getPointcut() {
        return pointcut;
    }

    @Override
    public Advice getAdvice() {
        return advice;
    }
}
