package io.ownedlock.task;

/**
 * Room on the stack for what must not be struck down half way. The JDK has such a reserve for its own locks, which only its own
 * classes may use; so whoever is about to take several steps that belong together, under a monitor that waits for nobody or between
 * a decision and its news, asks for room first: then the stack ends here, before the first of them, or not at all.
 *
 * <p>For primitives. Costs a few calls, and is therefore asked where somebody waits, or something is taken twice otherwise.
 */
public final class Headroom {

    /** More frames than any of our steps has, and small ones, since compiled frames are smaller than interpreted ones. */
    private static final int LEVELS = 200;

    private static final int FEW_LEVELS = 50;

    private Headroom() {}

    /**
     * For a decision, and for waking those that it is about.
     *
     * @throws StackOverflowError if the stack would end within the next steps
     */
    public static void require() {
        descend(LEVELS);
    }

    /**
     * For a few reads and writes.
     *
     * @throws StackOverflowError if the stack would end within the next steps
     */
    public static void requireLittle() {
        descend(FEW_LEVELS);
    }

    private static int descend(int levels) {
        return levels == 0 ? 0 : 1 + descend(levels - 1);
    }
}
