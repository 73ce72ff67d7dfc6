/** A small box office that sells numbered seats, and can be made to lose their locks. */
@NullMarked
package io.ownedlock.demo;

import org.jspecify.annotations.NullMarked;
