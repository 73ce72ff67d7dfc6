package io.ownedlock.races.lincheck;

import io.ownedlock.task.Headroom;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;

/** One stage, and how it is searched: by what {@code scenarios} say, and in the long run by what Lincheck makes up, too. */
final class Search {

    private static final boolean LONG = "long".equals(System.getProperty("races.run"));

    /** So many calls of a method by itself look like a loop that does not end. It touches nothing that others could see. */
    private static final ManagedStrategyGuarantee ROOM_ON_THE_STACK = ManagedStrategyGuaranteeKt.forClasses(
                    Headroom.class.getName())
            .allMethods()
            .ignore();

    private final Class<? extends Stage> stage;
    private final List<String> scenarios;
    private final boolean isOpen;
    private final int times;

    private Search(Class<? extends Stage> stage, boolean isOpen, int times, String... scenarios) {
        this.stage = stage;
        this.isOpen = isOpen;
        this.times = times;
        this.scenarios = List.of(scenarios);
    }

    /**
     * Any operations beside each other come to an end.
     *
     * @param scenarios operations by name, threads parted by bars, what a thread does one after the other by semicolons
     */
    static Search of(Class<? extends Stage> stage, String... scenarios) {
        return new Search(stage, true, 1, scenarios);
    }

    /** Only these scenarios: others would wait for ever, and rightly so. */
    static Search only(Class<? extends Stage> stage, String... scenarios) {
        return new Search(stage, false, 1, scenarios);
    }

    /** Only these scenarios, and more of each even in the short run: what they are for takes several turns, at the right moments. */
    static Search thorough(Class<? extends Stage> stage, String... scenarios) {
        return new Search(stage, false, 17, scenarios);
    }

    /** Goes through the orders in which threads can take turns, those with few turns first. */
    String checkModel() {
        Stage.makeSleepVisible(true);
        return check("model", new ModelCheckingOptions().addGuarantee(ROOM_ON_THE_STACK), invocations(500, 25));
    }

    /** Lets the threads run. */
    String stress() {
        Stage.makeSleepVisible(false);
        return check("stress", new StressOptions(), invocations(20_000, 100));
    }

    /** For each scenario. */
    private static int invocations(int atLength, int inShort) {
        return LONG ? atLength : inShort;
    }

    private String check(String how, Options<?, ?> options, int invocations) {
        options.threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(LONG && isOpen ? 10 : 0)
                .invocationsPerIteration(invocations * times)
                .sequentialSpecification(sequential())
                .verifier(Counting.class);
        scenarios.forEach(scenario -> options.addCustomScenario(parse(scenario)));
        Counting.reset();
        options.check(stage);
        return String.format(
                "%-28s %-6s %3d scenarios, %,9d invocations, %,5d outcomes",
                this, how, Counting.scenarios(), Counting.runs(), Counting.outcomes());
    }

    private Class<?> sequential() {
        for (Class<?> declaring = stage; declaring != Stage.class; declaring = declaring.getSuperclass()) {
            for (Class<?> nested : declaring.getDeclaredClasses()) {
                if (nested.getSimpleName().equals("Sequential")) {
                    return nested;
                }
            }
        }
        throw new IllegalArgumentException(stage + " does not say what it comes to");
    }

    private ExecutionScenario parse(String scenario) {
        List<List<Actor>> threads = Arrays.stream(scenario.split("\\|"))
                .map(thread ->
                        Arrays.stream(thread.split(";")).map(this::operation).toList())
                .toList();
        Actor validation = Stream.of(stage.getMethods())
                .filter(method -> method.isAnnotationPresent(Validate.class))
                .map(Search::actor)
                .findAny()
                .orElse(null);
        return new ExecutionScenario(List.of(), threads, List.of(), validation);
    }

    private Actor operation(String name) {
        try {
            return actor(stage.getMethod(name.strip()));
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Actor actor(Method method) {
        return new Actor(method, List.of());
    }

    @Override
    public String toString() {
        String name = stage.getName();
        return name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
    }
}
