/** The advisor behind the annotation: reads it once for each method, then locks around each call. */
@NullMarked
package io.ownedlock.spring.aop;

import org.jspecify.annotations.NullMarked;
