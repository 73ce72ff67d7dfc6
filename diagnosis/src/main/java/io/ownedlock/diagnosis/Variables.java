package io.ownedlock.diagnosis;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What is another in each run, and so is no difference between two reports: times, ids, which thread of a pool, how many idle locks are not
 * forgotten yet, and where lines break.
 */
final class Variables {

    private record Variable(Pattern pattern, String standIn) {

        Variable(String pattern, String standIn) {
            this(Pattern.compile(pattern), standIn);
        }
    }

    private static final List<Variable> VARIABLES = List.of(
            new Variable("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)", "TIME"),
            new Variable("(WARN|ERROR) \\d+ ---", "$1 PID ---"),
            // The log shortens the names of threads from the front.
            new Variable("\\[ *[\\w.-]*-exec-\\d+]", "[THREAD]"),
            new Variable("http-nio-[\\w.-]+-exec-\\d+", "THREAD"),
            new Variable("(?<=t@|#|<|\"id\": |\"id\": \"|0x|[iI]ncident(\": \"| ))([0-9a-f]+)\\b", "ID"),
            new Variable("\"locks\": \\d+", "\"locks\": COUNT"),
            // Whether the class loader is named hangs on the JDK.
            new Variable("\\bapp//", ""),
            new Variable("\n    (?=\\S)", " "),
            new Variable("[ \t]+", " "));

    private Variables() {}

    static String without(String report) {
        String same = report;
        for (Variable variable : VARIABLES) {
            same = variable.pattern().matcher(same).replaceAll(variable.standIn());
        }
        return same;
    }
}
