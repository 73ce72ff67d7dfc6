package io.ownedlock.storm;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** One random program, which is run, and made as short as it gets if that goes wrong. */
final class Storm {

    private static final int RUNS_FOR_ONE_CANDIDATE = 30;

    private final long seed;
    private final int strands;
    private final int keys;
    private final List<Step> program;

    Storm(long seed) {
        this.seed = seed;
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.strands = random.nextInt(2, 7);
        this.keys = random.nextInt(1, 10);
        this.program = Step.program(seed, strands, keys, strands * random.nextInt(4, 25));
    }

    /** Runs it; what is thrown names the seed, and the shortest program found that goes wrong too. */
    void blow() {
        Failure failure = run(program, seed);
        if (failure != null) {
            throw reduce(failure).toError(seed);
        }
    }

    private record Failure(List<Step> program, long schedule, Throwable error, List<String> history) {

        AssertionError toError(long seed) {
            return new AssertionError(
                    "Storm " + seed + " (again with -Dstorm.seed=" + seed + " -Dstorm.count=1): " + error.getMessage()
                            + "\nThe shortest program found:\n  "
                            + String.join(
                                    "\n  ", program.stream().map(Step::toString).toList())
                            + "\nwhich went, with schedule " + schedule + ":\n  "
                            + String.join("\n  ", history),
                    error);
        }
    }

    private Failure run(List<Step> candidate, long schedule) {
        World world = new World(schedule, keys);
        try {
            world.run(candidate, strands);
            return null;
        } catch (InterruptedException e) {
            throw new AssertionError("Interrupted", e);
        } catch (Throwable e) {
            return new Failure(candidate, schedule, e, world.history());
        }
    }

    /** Leaves out halves, quarters, and so on, as long as some schedule still makes it fail. */
    private Failure reduce(Failure found) {
        Failure best = found;
        for (int size = best.program().size() / 2; size > 0; size = size / 2) {
            for (int from = 0; from < best.program().size(); ) {
                Failure shorter = runOften(without(best.program(), from, size));
                if (shorter == null) {
                    from += size;
                } else {
                    best = shorter;
                }
            }
        }
        return best;
    }

    private Failure runOften(List<Step> candidate) {
        for (long schedule = seed; schedule < seed + RUNS_FOR_ONE_CANDIDATE; schedule++) {
            Failure failure = run(candidate, schedule);
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    private static List<Step> without(List<Step> program, int from, int size) {
        List<Step> rest = new ArrayList<>(program.subList(0, from));
        rest.addAll(program.subList(Math.min(program.size(), from + size), program.size()));
        return rest;
    }
}
