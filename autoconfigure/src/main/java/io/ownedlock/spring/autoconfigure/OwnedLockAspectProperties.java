package io.ownedlock.spring.autoconfigure;

import io.ownedlock.spring.aop.OwnedLockAdvisor;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The starter's properties for the annotation.
 *
 * @param enabled Whether methods annotated with OwnedLock run under their locks. When off, they run without.
 * @param order Order of the advisor that takes the locks. Advisors with a lower one are outside of the lock, those with a higher one
 *     inside.
 * @param strict Whether each name in an annotation must have an entry under "owned-lock.locks". A name without one fails the
 *     start-up then.
 */
@ConfigurationProperties("owned-lock.aspect")
record OwnedLockAspectProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("" + OwnedLockAdvisor.ORDER) int order,
        @DefaultValue("false") boolean strict) {}
