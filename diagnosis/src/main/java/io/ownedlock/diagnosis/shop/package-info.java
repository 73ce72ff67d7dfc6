/** A small shop with five bugs, each in a controller of its own, and any of three kinds of locks. */
@NullMarked
package io.ownedlock.diagnosis.shop;

import org.jspecify.annotations.NullMarked;
