/** The locks themselves, and what is told about them. */
@NullMarked
package io.ownedlock.sync;

import org.jspecify.annotations.NullMarked;
