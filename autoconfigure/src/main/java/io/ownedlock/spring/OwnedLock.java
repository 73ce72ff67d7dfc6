package io.ownedlock.spring;

import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.LockNotAcquiredException;
import io.ownedlock.sync.OnOwnerEnd;
import io.ownedlock.sync.WaitTooLongException;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
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
 * the caller gets a {@link LockNotAcquiredException}, or what the {@link #fallback()} makes of it, and the body does not run. The
 * task that has the lock may take it again. If the task ends and still holds it, everyone who waits fails at once with a
 * {@link BrokenLockException}. On a thread without a task the call is a task of its own, so what leaks inside is given up when
 * the call ends. The lock is taken outside {@code @Transactional} and caching, so it covers the commit, and inside
 * {@code @Async}, {@code @Retryable} and method security.
 *
 * <p><b>On a class</b> it stands for every method of the bean that has none of its own, inherited ones included; not for private
 * and static methods, those of {@link Object}, and its own fallback.
 *
 * <p><b>Several</b> on one method are taken in the order of their names and then the texts of their keys, whatever the order in
 * the code, and given back in reverse. If one of them is not got, those before it are given back.
 *
 * <p><b>A method that returns a {@link java.util.concurrent.CompletionStage}</b> holds the lock until that stage is complete,
 * normally or not; the caller gets the very stage that the method returned. The lock belongs to the task that called, so if that
 * ends before, the lock is left behind. A stage that is cancelled is complete, even if the work behind it goes on. Waiting for the
 * lock blocks the caller.
 *
 * <p><b>What it does not cover.</b> As with every annotation that works by proxy, a call from within the same object does not lock:
 * {@link io.ownedlock.registry.LockRegistry#assertHeld} finds that out. What is hidden in a value is not waited for: a
 * {@code Callable}, a stream, or an asynchronous answer of Spring MVC does its work without the lock. Transactions with an order of
 * their own must stay inside the {@linkplain io.ownedlock.spring.aop.OwnedLockAdvisor#ORDER order} of the lock.
 *
 * <p><b>Mistakes</b> end the start-up, with all that is wrong with a class in one report: no name, a key that cannot be parsed,
 * that names a parameter that is not there or does more than read, a bad duration, a method that cannot be intercepted, a reactive
 * return type, a fallback that does not fit, annotations that disagree about the settings of a name.
 *
 * <p>What an annotation says about the settings of a name, {@link #holdAtMost()}, {@link #fair()} and {@link #onOwnerEnd()}, counts
 * for all locks of that name, wherever they are taken. It wins over {@code owned-lock.locks.<name>}, which wins over
 * {@code owned-lock.defaults}.
 *
 * <p>May be put on annotations of your own, which can pass its attributes on by {@link AliasFor}.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(OwnedLocks.class)
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
     * for {@code null} and for a blank text the call throws an {@link IllegalArgumentException}. Without it the name has one lock only.
     */
    String key() default "";

    /** Which lock it is, or which side of a read/write pair. All annotations of a name must want the same of these two. */
    Mode mode() default Mode.EXCLUSIVE;

    /** What to do while somebody else holds the lock. */
    WhenHeld whenHeld() default WhenHeld.WAIT;

    /**
     * How long a caller is willing to wait, {@code 500ms} or {@code 5s}, with <code>${...}</code> where wanted; {@code 0s} does not
     * wait. Wins over the settings; without it they decide. Counts for this method alone.
     */
    String waitAtMost() default "";

    /**
     * How long an owner may hold a lock of this name before it is overdue, {@code 30s}, with <code>${...}</code> where wanted.
     * Without it the settings decide.
     */
    String holdAtMost() default "";

    /** Whether nobody may overtake those who wait: {@code fair = true}. One value at most; without it the settings decide. */
    boolean[] fair() default {};

    /**
     * What becomes of a lock of this name whose owner ended and still held it: {@code onOwnerEnd = POISON}. One value at most;
     * without it the settings decide.
     */
    OnOwnerEnd[] onOwnerEnd() default {};

    /**
     * What to call if the lock is not got: the name of a method of the same class with the same parameters, and, if it wants, one
     * more at the end for the {@link LockNotAcquiredException}. If it takes a subclass, it is called for that kind of failure only. It
     * is called on the bean's proxy, so annotations of its own count. What the method's body throws is no reason to call it. All
     * annotations of a method that name one must name the same.
     */
    String fallback() default "";

    /** When to give the lock back. All annotations of a method must say the same. */
    Release release() default Release.RETURN;

    /** A lock, or a side of a read/write pair. */
    enum Mode {
        /** One task at a time. */
        EXCLUSIVE,
        /** The read side of a pair: many at a time, but none while somebody writes. */
        READ,
        /** The write side of a pair: one at a time, and nobody reads. */
        WRITE
    }

    /** What to do while somebody else holds the lock. */
    enum WhenHeld {
        /** Wait. */
        WAIT,
        /** Fail at once, with a {@link WaitTooLongException}; a request is answered 423. */
        FAIL,
        /**
         * Do not call the method, and return nothing: for methods that return {@code void} or {@link java.util.Optional}, such as
         * a job that one at a time is enough for. A broken lock is an error all the same.
         */
        SKIP
    }

    /** When to give the lock back. */
    enum Release {
        /** When the method has returned, or the stage that it returned is complete. */
        RETURN,
        /**
         * When the transaction that surrounds the call is complete, committed or not; when the method has returned, if there is
         * none. The locks then belong to the task, and on a thread without one to the thread.
         */
        AFTER_COMPLETION
    }
}
