/** The watchdog's place in the life of an application. */
@NullMarked
package io.ownedlock.spring.watchdog;

import org.jspecify.annotations.NullMarked;
