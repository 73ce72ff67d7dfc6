package io.ownedlock.spring.observe.call;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/** The observation of an annotated call. */
public enum LockCallDocumentation implements ObservationDocumentation {

    /** From before the locks are asked for until the call returns, or the stage that it has returned is complete. */
    CALL {
        @Override
        public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
            return DefaultLockCallConvention.class;
        }

        @Override
        public KeyName[] getLowCardinalityKeyNames() {
            return LowCardinality.values();
        }

        @Override
        public KeyName[] getHighCardinalityKeyNames() {
            return HighCardinality.values();
        }

        @Override
        public Observation.Event[] getEvents() {
            return Events.values();
        }
    };

    /** What has few values. A lock's key has many, and may be personal: it is nowhere. */
    public enum LowCardinality implements KeyName {
        /** The lock's name; several are in order, with commas. */
        NAME,
        /** How the locks came out, by the words of the meter of waits, or {@code skipped}; {@code none} if it did not come so far. */
        OUTCOME;

        @Override
        public String asString() {
            return this == NAME ? "name" : "outcome";
        }
    }

    /** What has many values. */
    public enum HighCardinality implements KeyName {
        /** The method, as tasks and errors name it. */
        METHOD;

        @Override
        public String asString() {
            return "method";
        }
    }

    /** What happens meanwhile. */
    public enum Events implements Observation.Event {
        /** The call has got one of its locks for which it had to wait; who did not wait is no event. */
        ACQUIRED;

        @Override
        public String getName() {
            return "acquired";
        }

        @Override
        public String getContextualName() {
            return "acquired after waiting";
        }
    }
}
