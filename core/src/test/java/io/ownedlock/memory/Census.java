package io.ownedlock.memory;

import io.ownedlock.testing.Actor.Script;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.ObjectName;

/** Counts the library's live objects: those that a full garbage collection leaves. */
final class Census {

    /** What is dead may need several collections: references, threads that are about to go, a timer's last words. */
    private static final int TRIES = 20;

    private Census() {}

    /** Live objects by class, the library's own and the futures it gives. */
    static Map<String, Long> take() {
        Map<String, Long> counts = new TreeMap<>();
        for (String line : histogram().split("\n")) {
            String[] columns = line.trim().split("\\s+");
            if (columns.length >= 4
                    && (columns[3].startsWith("io.ownedlock.")
                            || columns[3].startsWith("java.util.concurrent.CompletableFuture"))) {
                counts.merge(columns[3], Long.parseLong(columns[1]), Long::sum);
            }
        }
        return counts;
    }

    private static String histogram() {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new AssertionError(e);
        }
    }

    /** Does something many times: of no class may there be one more for every fourth time. */
    static void assertFlat(int times, Script script) throws Exception {
        for (int i = 0; i < 10; i++) {
            script.run();
        }
        Map<String, Long> before = take();
        for (int i = 0; i < times; i++) {
            script.run();
        }
        Map<String, Long> grown = Map.of();
        for (int i = 0; i < TRIES; i++) {
            grown = take();
            grown.replaceAll((name, count) -> count - before.getOrDefault(name, 0L));
            grown.values().removeIf(growth -> growth < times / 4);
            if (grown.isEmpty()) {
                return;
            }
        }
        throw new AssertionError("After " + times + " times there are more of " + grown);
    }
}
