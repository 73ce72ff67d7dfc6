/** Time and sleep as seams: everything that reads a clock or parks a thread does it through here. */
@NullMarked
package io.ownedlock.time;

import org.jspecify.annotations.NullMarked;
