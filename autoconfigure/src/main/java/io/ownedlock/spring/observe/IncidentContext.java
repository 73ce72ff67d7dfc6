package io.ownedlock.spring.observe;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.util.ClassUtils;

/** Gives the incident's id to the log beside the line, where SLF4J is there: so that it can be searched for, and not only read. */
final class IncidentContext {

    static final String KEY = "ownedlock.incident";

    private static final boolean PRESENT =
            ClassUtils.isPresent("org.slf4j.MDC", IncidentContext.class.getClassLoader());

    private IncidentContext() {}

    static void run(@Nullable String incident, Runnable action) {
        if (incident == null || !PRESENT) {
            action.run();
            return;
        }
        MDC.put(KEY, incident);
        try {
            action.run();
        } finally {
            MDC.remove(KEY);
        }
    }
}
