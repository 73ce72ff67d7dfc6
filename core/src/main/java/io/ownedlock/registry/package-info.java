/** Names to locks: one for each name and key, for as long as anybody needs it. */
@NullMarked
package io.ownedlock.registry;

import org.jspecify.annotations.NullMarked;
