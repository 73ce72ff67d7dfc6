/** What becomes of those who wait for a lock when the application shuts down. */
@NullMarked
package io.ownedlock.spring.shutdown;

import org.jspecify.annotations.NullMarked;
