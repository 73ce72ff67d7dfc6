/** The periodic guards, for what nobody tells. */
@NullMarked
package io.ownedlock.watchdog;

import org.jspecify.annotations.NullMarked;
