package io.ownedlock.spring.task;

import static java.util.Objects.requireNonNull;

import io.ownedlock.task.TaskKind;
import java.lang.reflect.Modifier;
import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.core.Ordered;
import org.springframework.scheduling.annotation.Async;
import org.springframework.util.ClassUtils;

/**
 * Names the runs of methods that are {@link Async}, and tells what they failed with. {@code @Async} is always the outermost, so
 * this is on the thread that does the work. If its executor has no {@link RunDecorator}, the run becomes a task here, without a parent.
 */
public final class AsyncRunAdvisor extends AbstractPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    /** Classes that are proxied for the annotation in any case, save those of which there can be no proxy but by interface. */
    private static final Pointcut ASYNC = new ComposablePointcut(
                    (Pointcut) new AnnotationMatchingPointcut(Async.class, true))
            .union((Pointcut) new AnnotationMatchingPointcut(null, Async.class, true))
            .intersection(type -> !Modifier.isFinal(type.getModifiers()) || ClassUtils.isLambdaClass(type));

    private static final MethodInterceptor NAMED = invocation -> Run.<@Nullable Object, Throwable>named(
            Names.of(invocation.getMethod(), requireNonNull(invocation.getThis(), "target")),
            TaskKind.ASYNC,
            invocation::proceed);

    /** Makes the advisor, for the chain's outer end. */
    public AsyncRunAdvisor() {
        setOrder(Ordered.HIGHEST_PRECEDENCE + 100);
    }

    @Override
    public Pointcut getPointcut() {
        return ASYNC;
    }

    @Override
    public Advice getAdvice() {
        return NAMED;
    }
}
