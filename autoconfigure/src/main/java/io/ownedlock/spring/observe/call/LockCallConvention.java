package io.ownedlock.spring.observe.call;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** How observations of annotated calls are named and tagged. A bean of this type stands in place of {@link DefaultLockCallConvention}. */
public interface LockCallConvention extends ObservationConvention<LockCallContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof LockCallContext;
    }
}
