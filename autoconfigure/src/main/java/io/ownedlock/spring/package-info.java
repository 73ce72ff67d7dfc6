/** What an application says: the annotation, and the hook to change the registry. */
@NullMarked
package io.ownedlock.spring;

import org.jspecify.annotations.NullMarked;
