/** Who waits for whom: refuses the waits that can never end, and shows all the others. */
@NullMarked
package io.ownedlock.deadlock;

import org.jspecify.annotations.NullMarked;
