package io.ownedlock.storm;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * One thing that one thread of a storm does. What makes no sense where it stands, such as giving back what one has not, does
 * nothing: so any part of a program is a program, and a failing one can be made shorter.
 *
 * @param number which one of the program it was made for; the lots that are drawn during it hang on this alone
 * @param strand which thread
 * @param deed what
 * @param key to which primitive
 * @param amount how long, which other thread, how many: as the deed has it
 */
record Step(int number, int strand, Deed deed, int key, int amount) {

    enum Deed {
        /** Takes the lock, a side, a permit or a token, and waits as long as it takes. */
        TAKE(8),
        /** The same, interrupted or not. */
        TAKE_STUBBORNLY(3),
        /** The same for a time. */
        TAKE_IN_TIME(5),
        /** The same if it is there for the taking. */
        TRY(3),
        /** The same, and does not wait here. */
        TAKE_LATER(4),
        /** Gives back what was taken last. */
        GIVE_BACK(10),
        /** Cancels the oldest future. */
        CANCEL(2),
        /** Waits for a condition of the lock, for a time. */
        AWAIT(3),
        /** Notifies one who waits for it, or all. */
        SIGNAL(3),
        /** Starts a task, and enters it. */
        BEGIN(5),
        /** Leaves the task and ends it, with all that was not given back. */
        END(6),
        /** Does what follows, up to the next UNNEST, in a nested task. */
        NEST(3),
        UNNEST(3),
        /** Ends another thread's task while it is inside. */
        END_OTHER(2),
        INTERRUPT(3),
        /** Ends the thread, with all that was not given back. */
        DIE(1),
        REPAIR(2),
        /** Sends those away who wait. */
        BREAK_WAITERS(1),
        RESIZE(2),
        /** The watchdog's round, eviction included. */
        INSPECT(2),
        LET_TIME_PASS(2);

        private final int weight;

        Deed(int weight) {
            this.weight = weight;
        }

        private static Deed draw(RandomGenerator random) {
            int total = 0;
            for (Deed deed : values()) {
                total += deed.weight;
            }
            int drawn = random.nextInt(total);
            for (Deed deed : values()) {
                drawn -= deed.weight;
                if (drawn < 0) {
                    return deed;
                }
            }
            throw new AssertionError();
        }
    }

    static List<Step> program(long seed, int strands, int keys, int length) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            int strand = random.nextInt(strands);
            steps.add(new Step(i, strand, Deed.draw(random), random.nextInt(keys), random.nextInt(1, 300)));
        }
        return steps;
    }

    @Override
    public String toString() {
        return "strand " + strand + ": " + deed + " key " + key + ", " + amount;
    }
}
