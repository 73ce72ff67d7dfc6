/** The wiring: one auto-configuration for each concern, and the properties. Nobody below imports it. */
@NullMarked
package io.ownedlock.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
