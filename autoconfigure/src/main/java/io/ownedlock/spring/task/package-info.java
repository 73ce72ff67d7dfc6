/** Makes tasks of what Spring runs beside the requests: submitted calls, scheduled runs, and what runs at the start. */
@NullMarked
package io.ownedlock.spring.task;

import org.jspecify.annotations.NullMarked;
