/** Locks in recordings of the JDK's Flight Recorder. */
@NullMarked
package io.ownedlock.spring.observe.jfr;

import org.jspecify.annotations.NullMarked;
