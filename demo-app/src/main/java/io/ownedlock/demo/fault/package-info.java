/** Three ways to lose a lock: what a bug does in production, here on demand. */
@NullMarked
package io.ownedlock.demo.fault;

import org.jspecify.annotations.NullMarked;
