/** Who may hold a lock: tasks, their one end, and the exit hooks that run at it. */
@NullMarked
package io.ownedlock.task;

import org.jspecify.annotations.NullMarked;
