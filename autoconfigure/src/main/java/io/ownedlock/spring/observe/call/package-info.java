/** Annotated calls as Micrometer's observations. */
@NullMarked
package io.ownedlock.spring.observe.call;

import org.jspecify.annotations.NullMarked;
