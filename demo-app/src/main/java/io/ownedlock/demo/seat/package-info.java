/** Seats and their sale. */
@NullMarked
package io.ownedlock.demo.seat;

import org.jspecify.annotations.NullMarked;
