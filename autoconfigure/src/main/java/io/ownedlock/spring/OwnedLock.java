package io.ownedlock.spring;

import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.LockNotAcquiredException;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * Runs a method of a Spring bean under a lock that belongs to the current task, a request for one.
 *
 * <pre>
 * &#64;OwnedLock(name = "order", key = "#orderId")
 * public void pay(long orderId) { ... }
 * </pre>
 *
 * <p><b>What holds.</b> The lock is taken before the body and given back after it, whatever the body throws; if it is not got,
 * the caller gets a {@link LockNotAcquiredException} and the body does not run. The task that has the lock may take it again.
 * If the task ends and still holds it, everyone who waits fails at once with a {@link BrokenLockException}. On a thread without a
 * task the call is a task of its own, so what leaks inside is given up when the call ends. The lock is taken outside
 * {@code @Transactional} and caching, so it covers the commit, and inside {@code @Async}, {@code @Retryable} and method security.
 *
 * <p><b>What breaks it.</b> As with every annotation that works by proxy, a call from within the same object does not lock. A
 * private, static or final method cannot be intercepted, and is refused at start-up. The lock is given back when the method
 * <em>returns</em>: a method that returns a future or a publisher and goes on behind it works without the lock from then on.
 * Transactions with an order of their own must stay inside {@link io.ownedlock.spring.aop.OwnedLockAdvisor#ORDER}.
 *
 * <p>May be put on annotations of your own, which can pass its attributes on by {@link AliasFor}.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface OwnedLock {

    /** Alias for {@link #name()}. */
    @AliasFor("name")
    String value() default "";

    /**
     * What kind of lock: the entry under {@code owned-lock.locks}, and the tag of its meters. Required, with <code>${...}</code>
     * where wanted.
     */
    @AliasFor("value")
    String name() default "";

    /**
     * Which lock of that kind, as a SpEL expression over the arguments: {@code #orderId}, {@code #order.id}, {@code #p0} or
     * {@code #a0}. It reads, and nothing else: no types, constructors, methods, beans or assignments. Evaluated once for each call;
     * {@code null} and blank are errors. Without it the name has one lock only.
     */
    String key() default "";

    /**
     * How long a caller is willing to wait, {@code 500ms} or {@code 5s}, with <code>${...}</code> where wanted; {@code 0s} does not
     * wait. Wins over the settings; without it they decide.
     */
    String waitAtMost() default "";
}
