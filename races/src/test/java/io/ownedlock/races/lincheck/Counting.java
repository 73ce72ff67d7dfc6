package io.ownedlock.races.lincheck;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.verifier.LinearizabilityVerifier;
import org.jetbrains.lincheck.datastructures.verifier.Verifier;

/** Asks whether an order explains the results, and counts how often it was asked, since Lincheck does not tell. It makes one for a search. */
public final class Counting implements Verifier {

    private static final AtomicLong RUNS = new AtomicLong();
    private static final Set<Integer> SCENARIOS = ConcurrentHashMap.newKeySet();
    private static final Set<String> OUTCOMES = ConcurrentHashMap.newKeySet();

    private final Verifier linearizability;

    public Counting(Class<?> sequential) {
        linearizability = new LinearizabilityVerifier(sequential);
    }

    static void reset() {
        RUNS.set(0);
        SCENARIOS.clear();
        OUTCOMES.clear();
    }

    static long runs() {
        return RUNS.get();
    }

    static long scenarios() {
        return SCENARIOS.size();
    }

    /** How many different results there were, over all scenarios. */
    static long outcomes() {
        return OUTCOMES.size();
    }

    @Override
    public boolean verifyResults(ExecutionScenario scenario, ExecutionResult results) {
        RUNS.incrementAndGet();
        int id = System.identityHashCode(scenario);
        SCENARIOS.add(id);
        StringBuilder told = new StringBuilder().append(id);
        results.getParallelResultsWithClock()
                .forEach(thread -> thread.forEach(
                        result -> told.append(", ").append(result.getResult().toString())));
        OUTCOMES.add(told.toString());
        return linearizability.verifyResults(scenario, results);
    }
}
