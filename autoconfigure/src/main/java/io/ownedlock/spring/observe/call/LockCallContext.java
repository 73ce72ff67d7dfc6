package io.ownedlock.spring.observe.call;

import io.micrometer.observation.Observation;
import io.ownedlock.spring.aop.CallObserver;
import io.ownedlock.sync.WaitOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of an annotated call. Of keys nothing is, since they may be personal. */
public final class LockCallContext extends Observation.Context {

    private final CallObserver.Call call;
    private volatile boolean over;

    LockCallContext(CallObserver.Call call) {
        this.call = call;
    }

    /** The method, as tasks, errors and the log name it. */
    public String method() {
        return call.method();
    }

    /** The names of the call's locks, each once and in order. */
    public List<String> locks() {
        return call.locks();
    }

    /** How its locks came out; {@code null} as long as it is not known, and if it did not come so far, or was skipped. */
    public @Nullable WaitOutcome outcome() {
        return call.outcome();
    }

    /** Whether the call was to be skipped if somebody else holds the lock, and was. */
    public boolean isSkipped() {
        return over && call.outcome() == null && getError() == null;
    }

    void end() {
        over = true;
    }
}
