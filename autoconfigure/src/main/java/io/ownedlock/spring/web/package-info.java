/** The servlet side: every HTTP request is a task, and who fails to get a lock is answered with a problem. */
@NullMarked
package io.ownedlock.spring.web;

import org.jspecify.annotations.NullMarked;
