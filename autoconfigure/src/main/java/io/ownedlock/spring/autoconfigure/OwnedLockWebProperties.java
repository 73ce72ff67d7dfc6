package io.ownedlock.spring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.Ordered;

/**
 * The starter's properties for servlet applications.
 *
 * @param enabled Whether every HTTP request is a task of its own.
 * @param filterOrder Order of the filter that makes a request a task.
 * @param problem Answers to requests that failed to get a lock.
 */
@ConfigurationProperties("owned-lock.web")
record OwnedLockWebProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("" + DEFAULT_FILTER_ORDER) int filterOrder,
        @DefaultValue Problem problem) {

    /**
     * Outside of sessions, security and the application's filters, so that a lock that any of them takes is the request's; within
     * the filters for the encoding and for observations, which take none and have to be first.
     */
    static final int DEFAULT_FILTER_ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

    /**
     * The answers.
     *
     * @param enabled Whether requests that failed to get a lock are answered with a problem as of RFC 9457.
     * @param includeDetails When to tell the key and the owner of the lock, and not just its name, the reason and the incident.
     */
    record Problem(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("never") IncludeDetails includeDetails) {}

    /** When to tell clients more than they need. */
    enum IncludeDetails {
        /** Keys and owners are nobody's business outside. */
        NEVER,
        /** To whoever asks. */
        ALWAYS
    }
}
