/** Locks for what Spring Integration locks by itself. */
@NullMarked
package io.ownedlock.spring.integration;

import org.jspecify.annotations.NullMarked;
