/** What operators see of the locks: the line in the log, the health, the meters, the endpoint. */
@NullMarked
package io.ownedlock.spring.observe;

import org.jspecify.annotations.NullMarked;
