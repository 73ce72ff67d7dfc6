/** Provokes five incidents in a shop with three kinds of locks, looks at them as an operator would, and writes what was seen. */
@NullMarked
package io.ownedlock.diagnosis;

import org.jspecify.annotations.NullMarked;
