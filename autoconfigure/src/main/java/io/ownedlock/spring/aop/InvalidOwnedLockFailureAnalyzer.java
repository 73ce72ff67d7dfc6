package io.ownedlock.spring.aop;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells what is wrong with an annotation. Before Boot's own analyzers, which know only that a bean could not be made. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvalidOwnedLockFailureAnalyzer extends AbstractFailureAnalyzer<InvalidOwnedLockException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidOwnedLockException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.mend(), cause);
    }
}
