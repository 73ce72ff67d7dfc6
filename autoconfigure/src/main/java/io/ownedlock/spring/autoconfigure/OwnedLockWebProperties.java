package io.ownedlock.spring.autoconfigure;

import io.ownedlock.spring.web.ExcludedPaths;
import io.ownedlock.spring.web.LockProblems;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.Ordered;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/**
 * The starter's properties for servlet applications.
 *
 * @param enabled Whether every HTTP request is a task of its own, and failures to get a lock are answered with problems.
 * @param exclude Comma-separated list of path patterns, such as /actuator/**, whose requests are no tasks of their own.
 * @param filterOrder Order of the filter that makes a request a task.
 * @param problem Answers to requests that failed to get a lock.
 */
@ConfigurationProperties("owned-lock.web")
record OwnedLockWebProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue List<String> exclude,
        @DefaultValue("" + DEFAULT_FILTER_ORDER) int filterOrder,
        @DefaultValue Problem problem) {

    /**
     * Outside of sessions, security and the application's filters, so that a lock that any of them takes is the request's; within
     * the filters for the encoding and for observations, which take none and have to be first.
     */
    static final int DEFAULT_FILTER_ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

    OwnedLockWebProperties {
        for (int i = 0; i < exclude.size(); i++) {
            try {
                parse(exclude.get(i));
            } catch (PatternParseException e) {
                throw new InvalidPropertyException(
                        "owned-lock.web.exclude[" + i + "]",
                        exclude.get(i),
                        "it is no path pattern: " + e.getMessage(),
                        "Write it as in a controller's mapping, /actuator/** for one, or remove it.");
            }
        }
        if (problem.retryAfter().isNegative()) {
            throw new InvalidPropertyException(
                    "owned-lock.web.problem.retry-after",
                    problem.retryAfter(),
                    "it must not be negative",
                    "Set it to a duration such as 1s, or remove it for the default.");
        }
    }

    private static PathPattern parse(String pattern) {
        PathPatternParser parser = PathPatternParser.defaultInstance;
        return parser.parse(parser.initFullPathPattern(pattern));
    }

    /** The requests that get no task. */
    ExcludedPaths excluded() {
        return new ExcludedPaths(
                exclude.stream().map(OwnedLockWebProperties::parse).toList());
    }

    /**
     * The answers.
     *
     * @param enabled Whether requests that failed to get a lock are answered with a problem as of RFC 9457.
     * @param includeDetails When to tell the key and the owner of the lock, and not just its name, the reason and the incident.
     * @param retryAfter When a client may try again that was told that the service is unavailable. Rounded up to seconds.
     * @param typeBase What the type of each problem begins with. An address of your own may lead readers to an explanation.
     */
    record Problem(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("never") IncludeDetails includeDetails,
            @DefaultValue("1s") Duration retryAfter,
            @DefaultValue("urn:ownedlock:problem:") URI typeBase) {

        LockProblems.Style style() {
            return new LockProblems.Style(includeDetails == IncludeDetails.ALWAYS, retryAfter, typeBase);
        }
    }

    /** When to tell clients more than they need. */
    enum IncludeDetails {
        /** Keys and owners are nobody's business outside. */
        NEVER,
        /** To whoever asks. */
        ALWAYS
    }
}
