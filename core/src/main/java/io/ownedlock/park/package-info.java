/** Where threads wait their turn: the queue that can be emptied with an error. */
@NullMarked
package io.ownedlock.park;

import org.jspecify.annotations.NullMarked;
