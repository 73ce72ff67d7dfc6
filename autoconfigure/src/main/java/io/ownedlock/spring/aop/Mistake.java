package io.ownedlock.spring.aop;

/**
 * Something that is wrong with an annotation.
 *
 * @param where the method, or the class
 * @param what is wrong, one clause
 * @param mend what to do about it, a sentence
 */
record Mistake(String where, String what, String mend) {}
