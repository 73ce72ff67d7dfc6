package io.ownedlock.races.jcstress;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.NodeType;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.vm.CompileMode;

/** One run of the races, short or long, and the verdict on each. */
final class Run {

    /** What the names of the races have in them that are to be run. */
    private static final String ONLY = System.getProperty("races.only", "");

    /** Those that end or do not; all others run through as many states as there is time for. */
    private static final String TERMINATION = "EndsTheWait$";

    private static final String CONTINUOUS = "^(?!.*" + TERMINATION + ")";

    /** No more than what every JVM has: jcstress then tries no others. */
    private static final String AS_A_SERVER = "-jvmArgs=-server";

    private final boolean isLong;
    private final Map<String, Verdict> verdicts = new TreeMap<>();

    private Run(boolean isLong) {
        this.isLong = isLong;
        for (String race : TestList.tests()) {
            if (race.contains(ONLY)) {
                verdicts.put(race, new Verdict(TestList.getInfo(race), isLong));
            }
        }
    }

    /**
     * Each race once, for a moment, in this JVM: whether it can be run, goes well where it mostly goes, and none of what is common is
     * forbidden.
     */
    static Run inShort() throws Exception {
        Run run = new Run(false);
        Options options = new Options(new String[] {
            "-time", "200", "-iters", "1", "-strideSize", "64", "-strideCount", "8", "-hs", "64", "-sc", "false"
        });
        if (!options.parse()) {
            throw new IllegalStateException("jcstress does not take the options");
        }
        for (Verdict verdict : run.verdicts.values()) {
            verdict.add(inThisJvm(options, verdict.race()));
        }
        return run;
    }

    private static TestResult inThisJvm(Options options, TestInfo race) throws Exception {
        SchedulingClass anywhere = new SchedulingClass(AffinityMode.NONE, race.threads(), NodeType.PACKAGE);
        TestConfig config = new TestConfig(options, race, 0, List.of(), CompileMode.UNIFIED, anywhere);
        Runner<?> runner = (Runner<?>) Class.forName(race.generatedRunner())
                .getConstructor(ForkedTestConfig.class)
                .newInstance(new ForkedTestConfig(config));
        TestResult result = runner.run();
        result.setConfig(config);
        return result;
    }

    /**
     * Each race in JVMs of its own: for a moment interpreted, compiled by each compiler and by both, and then for long as a server
     * would run it.
     *
     * @param directory where all that comes out is written
     */
    static Run atLength(Path directory) throws Exception {
        Run run = new Run(true);
        run.fork(directory.resolve("every-way"), CONTINUOUS, "-time", "500", "-iters", "1");
        run.fork(directory.resolve("continuous"), CONTINUOUS, "-time", "5000", "-iters", "6", AS_A_SERVER);
        run.fork(directory.resolve("termination"), TERMINATION, "-time", "2000", "-iters", "6");
        return run;
    }

    private void fork(Path directory, String sort, String... options) throws Exception {
        List<String> races = verdicts.keySet().stream()
                .filter(Pattern.compile(sort).asPredicate())
                .toList();
        if (races.isEmpty()) {
            return;
        }
        deleteResults(directory);
        Files.createDirectories(directory);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "-sc",
                "false",
                "-fsm",
                "1",
                "-af",
                "NONE"));
        // Each JVM first tries how many states fit, many times over: with more of them it would do little else.
        command.addAll(List.of("-strideSize", "128", "-strideCount", "16"));
        command.addAll(List.of("-t", "^(" + String.join("|", races) + ")$"));
        command.addAll(List.of(options));
        File log = directory.resolve("jcstress.log").toFile();
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        try {
            if (!process.waitFor(50, TimeUnit.MINUTES)) {
                throw new IllegalStateException("jcstress hangs; see " + log);
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException("jcstress failed with " + process.exitValue() + "; see " + log);
        }
        for (Path results : results(directory)) {
            InProcessCollector collector = new InProcessCollector();
            DiskReadCollector reader = new DiskReadCollector(results.toString(), collector);
            reader.dump();
            reader.close();
            collector
                    .getTestResults()
                    .forEach(result -> verdicts.get(result.getName()).add(result));
        }
    }

    private static void deleteResults(Path directory) throws IOException {
        if (Files.exists(directory)) {
            for (Path old : results(directory)) {
                Files.delete(old);
            }
        }
    }

    private static List<Path> results(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".bin.gz")).toList();
        }
    }

    Collection<Verdict> verdicts() {
        return verdicts.values();
    }

    /** All of it on one page. */
    String summary() {
        StringBuilder page = new StringBuilder();
        verdicts.values().forEach(verdict -> page.append(verdict.details()));
        long forbidden =
                verdicts.values().stream().mapToLong(Verdict::forbidden).sum();
        long failed = verdicts.values().stream()
                .filter(verdict -> !verdict.problems().isEmpty())
                .count();
        page.append(String.format(
                "%n%d races, %d failed; %,d continuous samples, %,d of termination; %,d forbidden%n",
                verdicts.size(), failed, samples(false), samples(true), forbidden));
        return page.toString();
    }

    private long samples(boolean termination) {
        return verdicts.values().stream()
                .filter(verdict -> verdict.toString().matches(".*" + TERMINATION) == termination)
                .mapToLong(Verdict::samples)
                .sum();
    }

    @Override
    public String toString() {
        return isLong ? "long" : "short";
    }
}
