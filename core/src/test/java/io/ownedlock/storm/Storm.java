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

    private Storm(long seed, int strands, int keys, int length) {
        this.seed = seed;
        this.strands = strands;
        this.keys = keys;
        this.program = Step.program(seed, strands, keys, length);
    }

    /** A few threads at a few primitives, all of a kind or one of each. */
    static Storm narrow(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int strands = random.nextInt(2, 7);
        return new Storm(seed, strands, random.nextInt(1, 10), strands * random.nextInt(4, 25));
    }

    /** Many of both. */
    static Storm wide(long seed) {
        return new Storm(seed, 16, 2_000, 2_000);
    }

    /** Runs it; what is thrown names the seed, and the shortest program found that goes wrong too. */
    void blow() throws InterruptedException {
        Failure failure = run(program, seed);
        if (failure != null) {
            throw reduce(failure).toError(seed);
        }
    }

    /** Runs it, and says what was done in what order. */
    List<String> history() throws Exception {
        World world = new World(seed, keys);
        world.run(program, strands);
        return world.history();
    }

    private record Failure(
            List<Step> program, long schedule, Throwable error, List<String> history, List<String> leftovers) {

        AssertionError toError(long seed) {
            return new AssertionError(
                    "Storm " + seed + " (again with -Dstorm.seed=" + seed + " -Dstorm.count=1): " + error.getMessage()
                            + "\nThe shortest program found:\n  "
                            + String.join(
                                    "\n  ", program.stream().map(Step::toString).toList())
                            + "\nwhich went, with schedule " + schedule + ":\n  "
                            + String.join("\n  ", history)
                            + "\nand left:\n  "
                            + String.join("\n  ", leftovers),
                    error);
        }
    }

    private Failure run(List<Step> candidate, long schedule) throws InterruptedException {
        World world = new World(schedule, keys);
        try {
            world.run(candidate, strands);
            return null;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | AssertionError e) {
            return new Failure(candidate, schedule, e, world.history(), world.leftovers());
        }
    }

    /** Leaves out halves, quarters, and so on, as long as some schedule still makes it fail. */
    private Failure reduce(Failure found) throws InterruptedException {
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

    private Failure runOften(List<Step> candidate) throws InterruptedException {
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
