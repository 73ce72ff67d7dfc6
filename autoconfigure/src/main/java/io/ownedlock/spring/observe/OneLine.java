package io.ownedlock.spring.observe;

import java.util.regex.Pattern;

/** Text that may come from outside, as keys and names of tasks do, and must not pretend to be lines of its own. */
final class OneLine {

    private static final Pattern LINE_BREAKERS = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private OneLine() {}

    static String of(String text) {
        return LINE_BREAKERS.matcher(text).replaceAll("_");
    }
}
