/**
 * The advisor behind the annotation. Reading it, once for each class and at start-up if possible, is apart from locking around a
 * call: what is resolved in {@code LockedMethod} and {@code LockOperation} joins the two.
 */
@NullMarked
package io.ownedlock.spring.aop;

import org.jspecify.annotations.NullMarked;
