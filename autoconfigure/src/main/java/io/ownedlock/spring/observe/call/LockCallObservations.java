package io.ownedlock.spring.observe.call;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.ownedlock.spring.aop.CallObserver;
import io.ownedlock.spring.observe.call.LockCallDocumentation.Events;
import io.ownedlock.sync.LockId;
import io.ownedlock.sync.LockListener;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes an observation of each annotated call, see {@link LockCallDocumentation}. Its scope is open on the thread while that waits for
 * the locks and while it is in the method.
 */
public final class LockCallObservations implements CallObserver, LockListener {

    private static final LockCallConvention DEFAULT = new DefaultLockCallConvention();

    private final Supplier<ObservationRegistry> registry;
    private final Supplier<? extends @Nullable LockCallConvention> convention;

    /**
     * Makes it. Listeners are made before most beans, so both are asked for when something is observed.
     *
     * @param registry where the observations go
     * @param convention how they are named, in place of the default
     */
    public LockCallObservations(
            Supplier<ObservationRegistry> registry, Supplier<? extends @Nullable LockCallConvention> convention) {
        this.registry = registry;
        this.convention = convention;
    }

    @Override
    public @Nullable Object observe(Call call) throws Throwable {
        LockCallContext context = new LockCallContext(call);
        Observation observation =
                LockCallDocumentation.CALL.observation(convention.get(), DEFAULT, () -> context, registry.get());
        return observation.isNoop() ? call.proceed() : observe(call, observation.start(), context);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // who called has the stage itself
    private static @Nullable Object observe(Call call, Observation observation, LockCallContext context)
            throws Throwable {
        boolean pending = false;
        try (Observation.Scope ignored = observation.openScope()) {
            Object result = call.proceed();
            if (result instanceof CompletionStage<?> stage) {
                stage.whenComplete((value, failure) -> {
                    if (failure != null) {
                        observation.error(cause(failure));
                    }
                    stop(observation, context);
                });
                pending = true;
            }
            return result;
        } catch (Throwable e) {
            observation.error(e);
            throw e;
        } finally {
            if (!pending) {
                stop(observation, context);
            }
        }
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    private static void stop(Observation observation, LockCallContext context) {
        context.end();
        observation.stop();
    }

    /** Told on the thread that has waited, within the scope of its call; what the method takes by hand is no part of that. */
    @Override
    public void acquired(LockId lock, long waitNanos) {
        if (waitNanos == 0) {
            return;
        }
        Observation current = registry.get().getCurrentObservation();
        if (current != null && current.getContext() instanceof LockCallContext call && call.outcome() == null) {
            current.event(Events.ACQUIRED);
        }
    }
}
