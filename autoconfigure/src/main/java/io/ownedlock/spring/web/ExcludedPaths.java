package io.ownedlock.spring.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.RequestPath;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Chooses requests by the path that they came with, without that of the application's context. What becomes of a request later, an
 * asynchronous dispatch or an error page elsewhere, is as its first dispatch was.
 */
public final class ExcludedPaths implements Predicate<HttpServletRequest> {

    private static final String ATTRIBUTE = ExcludedPaths.class.getName();

    private final List<PathPattern> patterns;

    /** Chooses the requests that one of the patterns matches, none if there is no pattern. */
    public ExcludedPaths(List<PathPattern> patterns) {
        this.patterns = List.copyOf(patterns);
    }

    @Override
    public boolean test(HttpServletRequest request) {
        if (patterns.isEmpty()) {
            return false;
        }
        if (request.getDispatcherType() == DispatcherType.REQUEST && matches(request)) {
            request.setAttribute(ATTRIBUTE, true);
        }
        return request.getAttribute(ATTRIBUTE) != null;
    }

    private boolean matches(HttpServletRequest request) {
        PathContainer path = RequestPath.parse(request.getRequestURI(), request.getContextPath())
                .pathWithinApplication();
        return patterns.stream().anyMatch(pattern -> pattern.matches(path));
    }
}
