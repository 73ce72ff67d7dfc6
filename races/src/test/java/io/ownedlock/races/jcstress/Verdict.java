package io.ownedlock.races.jcstress;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;

/**
 * What is to be said of one race. It has failed if anything forbidden was seen, if it did not run to its end, here or in any of its
 * JVMs, or if nothing was seen at all. What is <em>interesting</em> takes a real race to come out, so a long run in which any of that
 * was never seen has not shown what it is for, and has failed too.
 */
final class Verdict {

    private final TestInfo race;
    private final boolean isLong;
    private final Map<String, Long> seen = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    Verdict(TestInfo race, boolean isLong) {
        this.race = race;
        this.isLong = isLong;
    }

    TestInfo race() {
        return race;
    }

    void add(TestResult result) {
        if (result.status() != Status.NORMAL) {
            problems.add(result.status() + " " + String.join(System.lineSeparator(), result.getMessages()));
        } else if (result.getTotalCount() == 0) {
            problems.add("no samples with " + result.getConfig().jvmArgs);
        }
        for (String outcome : result.getStateKeys()) {
            seen.merge(outcome, result.getCount(outcome), Long::sum);
        }
    }

    long samples() {
        return seen.values().stream().mapToLong(Long::longValue).sum();
    }

    long forbidden() {
        return seen.keySet().stream()
                .filter(outcome -> !isAllowed(expected(outcome)))
                .mapToLong(seen::get)
                .sum();
    }

    /** Why it has failed; empty if it has not. */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        if (samples() == 0) {
            all.add("no samples");
        }
        seen.forEach((outcome, count) -> {
            if (!isAllowed(expected(outcome))) {
                all.add(count + " times " + outcome);
            }
        });
        if (isLong) {
            race.cases().stream()
                    .filter(known -> known.expect() == Expect.ACCEPTABLE_INTERESTING)
                    .filter(known -> seen.keySet().stream().noneMatch(known::matches))
                    .forEach(known -> all.add("never " + known.matchPattern()));
        }
        return all;
    }

    private static boolean isAllowed(Expect expect) {
        return expect == Expect.ACCEPTABLE || expect == Expect.ACCEPTABLE_INTERESTING;
    }

    private Expect expected(String outcome) {
        for (StateCase known : race.cases()) {
            if (known.matchesExactly(outcome)) {
                return known.expect();
            }
        }
        for (StateCase known : race.cases()) {
            if (known.matches(outcome)) {
                return known.expect();
            }
        }
        return Expect.UNKNOWN;
    }

    /** How often what was seen. */
    String details() {
        StringBuilder lines = new StringBuilder(String.format("%n%s: %,d samples%n", this, samples()));
        seen.forEach((outcome, count) -> lines.append(String.format(
                "  %,15d  %-12s %s%n", count, isAllowed(expected(outcome)) ? "" : expected(outcome), outcome)));
        problems().forEach(problem -> lines.append("  FAILED: ").append(problem).append(System.lineSeparator()));
        return lines.toString();
    }

    @Override
    public String toString() {
        return race.name().substring(race.name().lastIndexOf('.') + 1);
    }
}
