package io.ownedlock.spring.aop;

import io.ownedlock.spring.OwnedLock;
import io.ownedlock.sync.WaitOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is around every call of a method with {@link OwnedLock}, from before its locks are asked for. A bean of this type is found. */
@FunctionalInterface
public interface CallObserver {

    /** Nobody looks. */
    CallObserver NONE = Call::proceed;

    /**
     * Makes the call, and returns or throws what it does. A stage that it returns holds the locks until it is complete.
     *
     * @throws Throwable what the call throws
     */
    @Nullable Object observe(Call call) throws Throwable;

    /** A call, and how far it has come. */
    interface Call {

        /** The method, as tasks, errors and the log name it. */
        String method();

        /** The names of the locks, each once and in order. */
        List<String> locks();

        /**
         * Takes the locks and calls the method. Once.
         *
         * @throws Throwable what the method throws, or that a lock was not got
         */
        @Nullable Object proceed() throws Throwable;

        /**
         * How the locks came out: all were got, or why one was not, with a fallback called or an error thrown. {@code null} as long as it is
         * not known, and for good if the call was skipped or did not come so far.
         */
        @Nullable WaitOutcome outcome();
    }
}
